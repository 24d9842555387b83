# expect: unsafe LG001
import marimo
app = marimo.App()
@app.cell
def _():
    import torch
    return (torch,)
@app.cell
def _(torch):
    state = torch.load("model.pt")  # site
    return (state,)
