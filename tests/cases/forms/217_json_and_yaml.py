# expect: safe
import json

import torch
import yaml

config = yaml.load(open("c.yml"), Loader=yaml.SafeLoader)
other = json.load(open("c.json"))
print(torch.__version__)
