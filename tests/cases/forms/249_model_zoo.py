# expect: related
from torch.utils import model_zoo

state = model_zoo.load_url("https://example.invalid/model.pt")
