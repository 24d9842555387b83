# expect: unsafe LG001
# Trail of Bits' rule is silent on a constant path and where the result goes into load_state_dict. The pickle runs before
# load_state_dict sees anything, and a constant path says nothing about who wrote the file: both are found here (such a use is
# what makes the fix safe). torch.save, which that rule reports, executes nothing when it writes.
import torch

WHERE = "net.pt"
net = torch.load(WHERE)  # site
net.load_state_dict(torch.load(WHERE))  # site


def restore(where):
    whole = torch.load(where)  # site
    torch.save(whole, where)
    whole.load_state_dict(torch.load(where))  # site
    torch.save(whole.state_dict(), where)
