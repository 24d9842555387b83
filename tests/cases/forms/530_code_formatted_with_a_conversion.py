# expect: unsafe LG001
CODE = "import torch\nsizes = {{}}\nstate = torch.load({path!r}, map_location=None)"  # site
exec(CODE.format(path="model.pt"))
exec("import torch\nstate = torch.load(%r)" % "model.pt")  # site
