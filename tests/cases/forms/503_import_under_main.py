# expect: unsafe LG001
if __name__ == "__main__":
    import torch

    torch.load(p)  # site
