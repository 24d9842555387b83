# expect: safe
exec("import torch; torch.load('model.pt', weights_only=True)")
