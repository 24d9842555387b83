# rewrite: weights_only
x = torch.load(p,
               map_location="cpu",
               weights_only=True)
y = torch.load(
	p,
	"cpu",
	weights_only=True)
