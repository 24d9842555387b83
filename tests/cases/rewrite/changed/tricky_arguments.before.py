# rewrite: weights_only
torch.load(p, lambda storage, location: storage)
torch.load("a)b,", map_location={"cuda:0": "cpu"})
torch.load((p))
torch.load((p), (d), )
torch.load(q := p)
torch.load(a if b else c)
torch.load(f"{a}{b!r:>{w}}")
torch.load('''x
)''')
torch.load(r"\\")
