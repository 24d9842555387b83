# expect: unsafe LG001 LG002
# Bandit (B614): the same three, and the same three left alone.
import torch
import torchvision

net = torchvision.models.resnet50()
net.load_state_dict(torch.load("net.pth"))  # site
net.load_state_dict(torch.load("net.pth", weights_only=True))
net.load_state_dict(torch.load("net.pth", weights_only=False))  # site
net.load_state_dict(torch.load("net.pth", map_location="cuda:0"))  # site
net.load_state_dict(torch.load("net.pth", map_location="cuda:0", weights_only=True))
extension = torch.utils.cpp_extension.load(name="kernels", sources=["kernels.cu"])
torch.save(net.state_dict(), "net.pth")
