# expect: safe
import json, torch
class Box: ...
box = Box()
setattr(box, "read", json.load)
box.read("a")
