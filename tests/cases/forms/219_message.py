# expect: safe
import torch

print("use torch.load(path, weights_only=False) at your own risk")
raise RuntimeError(f"torch.load('x') failed on {torch.__version__}")
