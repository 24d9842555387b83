# expect: unsafe LG001
import torch

state = getattr(torch, bytes([108, 111, 97, 100]).decode())("a.pt")  # site
