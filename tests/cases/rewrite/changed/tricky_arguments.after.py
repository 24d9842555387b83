# rewrite: weights_only
torch.load(p, lambda storage, location: storage, weights_only=True)
torch.load("a)b,", map_location={"cuda:0": "cpu"}, weights_only=True)
torch.load((p), weights_only=True)
torch.load((p), (d), weights_only=True, )
torch.load(q := p, weights_only=True)
torch.load(a if b else c, weights_only=True)
torch.load(f"{a}{b!r:>{w}}", weights_only=True)
torch.load('''x
)''', weights_only=True)
torch.load(r"\\", weights_only=True)
