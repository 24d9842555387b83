# expect: unsafe LG001
SNIPPETS = {"load": "import torch; torch.load('model.pt')"}  # site
for name, code in SNIPPETS.items():
    exec(code)
