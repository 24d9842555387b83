# expect: related
from lightning import Trainer
Trainer(accelerator="cpu").predict(model, dm, None, True, "x.ckpt")
