# expect: unsafe LG001
exec(compile("import torch; torch.load('a.pt')", "<s>", "exec"))  # site
