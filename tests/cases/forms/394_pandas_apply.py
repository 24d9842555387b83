# expect: unsafe LG001
import torch


def f(df):
    return df["path"].apply(torch.load)  # site
