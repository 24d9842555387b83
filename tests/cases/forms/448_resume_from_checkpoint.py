# expect: related
import pytorch_lightning as pl
trainer = pl.Trainer(resume_from_checkpoint="x.ckpt")
