# rewrite: weights_only
torch.load(
    p, mmap=True, weights_only=True,
)["model_state_dict"]
