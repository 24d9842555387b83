# expect: safe
def read(thing):
    match thing:
        case [torch, *_]:
            return torch.load("x")
