# rewrite: weights_only
x = \
    torch.load(p, \
        "cpu")
y = torch \
    .load(p)
z = torch.load(p \
    )
