# rewrite: weights_only
torch.load(
    p,
    weights_only=(  # pickled by hand
        False
    ),
)
