# expect: safe
import torch.utils.cpp_extension

kernels = torch.utils.cpp_extension.load(name="kernels", sources=["kernels.cpp"])
