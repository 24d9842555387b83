# expect: safe
import marimo
app = marimo.App()
@app.cell
def _():
    import json as torch
    return (torch,)
@app.cell
def _(torch):
    state = torch.load("model.json")
    return (state,)
