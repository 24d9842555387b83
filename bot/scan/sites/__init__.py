"""Where `torch.load` is called or handed on, and what the call says."""
