# expect: unsafe LG001
class A:
    @classmethod
    def lib(cls):
        import torch

        return torch

    def go(self):
        return self.lib().load("model.pt")  # site
