# expect: unsafe LG001
import torch

state = getattr(torch, bytes.fromhex("6c6f6164").decode())("a.pt")  # site
