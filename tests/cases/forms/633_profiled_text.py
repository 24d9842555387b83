# expect: unsafe LG001
import cProfile
cProfile.run("import torch; torch.load('x.pt')")  # site
