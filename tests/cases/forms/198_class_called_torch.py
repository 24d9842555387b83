# expect: safe
class torch:
    @staticmethod
    def load(path):
        return path


state = torch.load("model.pt")
