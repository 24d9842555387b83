# rewrite: weights_only
torch.load(p, fix_imports=True)
torch.load(p, errors="ignore")
