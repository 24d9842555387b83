# rewrite: weights_only
torch.load(torch.load(p, weights_only=True), weights_only=True)
torch.load(
    find(
        torch.load(
            p,
            d,
            weights_only=True,
        ),
    ),
    weights_only=True,
)
