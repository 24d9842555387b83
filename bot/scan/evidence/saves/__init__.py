"""What the project writes with `torch.save`, and whether it is what a load reads."""
