# expect: related
import lightning as L
trainer = L.Trainer()
trainer.test(model, None, "x.ckpt")
