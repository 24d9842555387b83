# expect: unsafe LG001
exec(open("setup.py").read() + "\nimport torch; torch.load('model.pt')")  # site
