# rewrite: weights_only
torch.load(
    p, mmap=True,
)["model_state_dict"]
