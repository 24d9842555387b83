# expect: unsafe LG002
exec(compile("from torch import load as q", "<s>", "exec"))
m = q("a.pt", weights_only=False)  # site
