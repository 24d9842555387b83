# expect: unsafe LG001
import subprocess
import sys


class Case:
    def python(self, code, *, check=True):
        return subprocess.run([sys.executable, "-c", code], check=check)

    def test_load(self):
        self.python("import torch; torch.load('model.pt')")  # site
