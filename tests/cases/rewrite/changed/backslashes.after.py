# rewrite: weights_only
x = \
    torch.load(p, \
        "cpu",
        weights_only=True)
y = torch \
    .load(p, weights_only=True)
z = torch.load(p, weights_only=True \
    )
