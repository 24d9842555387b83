# expect: safe
import safetensors.torch

state = safetensors.torch.load(open("model.safetensors", "rb").read())
