# expect: related
from pytorch_lightning import Trainer
def main(args):
    trainer = Trainer(resume_from_checkpoint=args.resume, max_epochs=3)
    trainer.fit(model)
