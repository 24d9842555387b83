# expect: related
import lightning.pytorch as pl
class R:
    def run(self, ckpt):
        self.trainer.fit(self.model, self.dm, None, None, ckpt)
