"""`python -m bot` is `loadguard`."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    if not sys.flags.safe_path:
        # `-m` puts the current folder first: a repository under scan that holds a pickle.py would have it imported.
        del sys.path[0]
    from bot.main import run

    sys.exit(run())
