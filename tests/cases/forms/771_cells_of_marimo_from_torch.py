# expect: unsafe LG001
import marimo
app = marimo.App()
@app.cell
def _():
    from torch import load as read
    return (read,)
@app.cell(hide_code=True)
def _(read):
    state = read("model.pt")  # site
    return (state,)
