# expect: safe
import ast


def show(text):
    print(text, len(list(ast.walk(ast.parse(text)))))


def run(text):
    exec(text)


show("import torch; torch.load('model.pt')")
run("print(1)")
EXAMPLES = ["import torch", "torch.load('model.pt')"]
print("\n".join(EXAMPLES))
