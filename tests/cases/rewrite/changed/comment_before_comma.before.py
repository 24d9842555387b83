# rewrite: weights_only
torch.load(
    p  # one
    ,
)
