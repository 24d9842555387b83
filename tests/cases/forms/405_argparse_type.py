# expect: unsafe LG001
import argparse

import torch

p = argparse.ArgumentParser()
p.add_argument("--ckpt", type=torch.load)  # site
