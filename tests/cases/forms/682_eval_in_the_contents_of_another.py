# expect: safe
import json
import torch
eval("load('a')", vars(json))
