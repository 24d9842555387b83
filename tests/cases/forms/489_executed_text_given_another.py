# expect: safe
exec("torch.load('x')", {"torch": object()})
