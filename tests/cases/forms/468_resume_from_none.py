# expect: safe
import pytorch_lightning as pl
t = pl.Trainer(resume_from_checkpoint=None)
