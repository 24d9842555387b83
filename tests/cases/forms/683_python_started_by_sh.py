# expect: unsafe LG001
import sh
sh.python("-c", "import torch; torch.load('a')")  # site
