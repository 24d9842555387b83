# expect: unsafe LG001
import pdb
pdb.run("import torch; torch.load('x.pt')")  # site
