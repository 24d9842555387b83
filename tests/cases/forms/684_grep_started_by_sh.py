# expect: safe
import sh
sh.grep("-c", "torch.load('a')", "x")
