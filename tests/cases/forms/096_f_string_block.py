# expect: unsafe LG001
import torch

TEXT = f"""
report of {torch.load("model.pt")}
"""
# line: 5
