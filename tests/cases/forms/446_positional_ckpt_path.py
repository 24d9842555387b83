# expect: related
import pytorch_lightning as pl
trainer = pl.Trainer()
trainer.fit(model, dm, None, None, "x.ckpt")
