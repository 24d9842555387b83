# expect: safe
import torch, typing
typing.get_type_hints(torch.load)
