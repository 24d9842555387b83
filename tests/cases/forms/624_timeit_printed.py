# expect: safe
print("python -m timeit -s 'import torch as t' \"t.load('x.pt')\"")
