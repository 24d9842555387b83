# rewrite: weights_only
x = torch.load(p,
               map_location="cpu")
y = torch.load(
	p,
	"cpu")
