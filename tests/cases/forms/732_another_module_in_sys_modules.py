# expect: safe
import sys
import json
import torch
sys.modules["reader"] = json
import reader
state = reader.load(open("a.json"))
