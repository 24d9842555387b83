"""Python blocks of Markdown: found where they stand, fixed where they stand, everything else left alone."""

from __future__ import annotations

import ast

from bot.edits import apply_edits
from bot.model import Unreadable
from bot.scan.fixing.prove import Expected, prove
from bot.scan.fixing.rewrite import rewrite
from bot.scan.text.read import read_file

PAGE = b"""# torch.load(p)

```python
import torch
x = torch.load(p)
```

```bash
torch.load(p)
```

1. indented

    ```py
    y = torch.load(
        p,
        "cpu",
    )
    ```

```pycon
>>> z = torch.load(p)
>>> z
{'a': torch.load(p)}
```

```python
a fragment torch.load(p) ...
```

~~~ {.python}
w = torch.load(p)
"""


def test_blocks_are_read_and_fixed_in_place() -> None:
    source = read_file("README.md", PAGE)
    assert not isinstance(source, Unreadable)
    tree = ast.parse(source.text)
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call)]
    assert sorted(call.lineno for call in calls) == [5, 15, 22, 32]
    edits = [edit for call in calls for edit in rewrite(source, call, weights_only=True, mmap=False) or ()]
    assert prove(source, tree, edits=edits, expected=[Expected(c, weights_only=True, mmap=False) for c in calls]) == ""
    fixed = apply_edits(PAGE, edits).decode()
    assert fixed == (
        PAGE.decode()
        .replace("x = torch.load(p)", "x = torch.load(p, weights_only=True)")
        .replace('        "cpu",\n', '        "cpu",\n        weights_only=True,\n')
        .replace("z = torch.load(p)", "z = torch.load(p, weights_only=True)")
        .replace("w = torch.load(p)", "w = torch.load(p, weights_only=True)")
    )


def test_positions_are_the_files() -> None:
    source = read_file("README.md", PAGE)
    assert not isinstance(source, Unreadable)
    call = next(n for n in ast.walk(ast.parse(source.text)) if isinstance(n, ast.Call) and n.lineno == 15)
    place = source.place(call.lineno, call.col_offset)
    assert (place.cell, place.line, place.column) == (None, 15, 9)
    assert PAGE[source.offset(call.lineno, call.col_offset) :].startswith(b"torch.load(\n")
