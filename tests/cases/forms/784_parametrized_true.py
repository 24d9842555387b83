# expect: safe
import torch, pytest
@pytest.mark.parametrize("loader", [torch.load])
def test(loader, p):
    loader(p, weights_only=True)
