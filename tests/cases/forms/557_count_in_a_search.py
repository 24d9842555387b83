# expect: safe
import subprocess

subprocess.run(["grep", "-c", "torch.load('model.pt')", "train.py"])
