# expect: related
from lightning.fabric import Fabric

fabric = Fabric()
state = fabric.load("model.ckpt")
