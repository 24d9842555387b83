# expect: safe
from unittest.mock import MagicMock

torch = MagicMock()
torch.load("model.pt")
