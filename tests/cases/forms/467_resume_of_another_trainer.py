# expect: safe
from transformers import Trainer
import lightning
t = Trainer(model=m, args=a)
t.train(resume_from_checkpoint=True)
