# expect: unsafe LG001
lines = [  # site
    "import torch",
    "state = torch.load('model.pt')",
    "other = torch.load('other.pt', weights_only=True)",
]
exec("\n".join(lines))
