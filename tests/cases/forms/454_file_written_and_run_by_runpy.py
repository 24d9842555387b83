# expect: unsafe LG001
import runpy
CODE = "import torch\nm = torch.load('a.pt')\n"  # site
def test(tmp_path):
    p = tmp_path / "x.py"
    p.write_text(CODE)
    runpy.run_path(str(p))
