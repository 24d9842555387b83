# rewrite: weights_only
torch.load(torch.load(p))
torch.load(
    find(
        torch.load(
            p,
            d,
        ),
    ),
)
