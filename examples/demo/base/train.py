import torch

from model import Listener


def save_checkpoint(path, model, optimizer, epoch):
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch}, path)


def train(path="listener.pt", epochs=3):
    model = Listener()
    optimizer = torch.optim.AdamW(model.parameters())
    for epoch in range(epochs):
        save_checkpoint(path, model, optimizer, epoch)
    torch.save(model.state_dict(), "weights.pt")
