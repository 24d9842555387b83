# expect: safe
for torch in lamps():
    torch.load("model.pt")
