# expect: related
from lightning import Trainer

Trainer().fit(object(), ckpt_path="last.ckpt")
