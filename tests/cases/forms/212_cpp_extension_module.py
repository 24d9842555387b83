# expect: safe
from torch.utils import cpp_extension

kernels = cpp_extension.load(name="kernels", sources=["kernels.cpp"])
