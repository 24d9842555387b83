# expect: safe
from lightning import Trainer
t = Trainer(max_epochs=3)
t.fit(model, train_loader, val_loader)
t.test(model, loader, None)
t.test(model, loader, "best")
