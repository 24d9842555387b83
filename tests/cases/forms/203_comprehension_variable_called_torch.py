# expect: safe
import torch

lights = [torch.load("battery") for torch in make_torches()]
