# rewrite: weights_only
torch.load(
    p  # one
    ,
    weights_only=True,
)
