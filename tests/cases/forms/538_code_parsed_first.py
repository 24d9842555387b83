# expect: unsafe LG001
import ast

tree = ast.parse("import torch; torch.load('model.pt')")  # site
exec(compile(tree, "code", "exec"))
