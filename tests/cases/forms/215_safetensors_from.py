# expect: safe
from safetensors.torch import load, load_file

state = load(open("model.safetensors", "rb").read())
other = load_file("model.safetensors")
