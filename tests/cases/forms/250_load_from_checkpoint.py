# expect: related
from mine import LitModel

model = LitModel.load_from_checkpoint("model.ckpt")
