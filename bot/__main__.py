"""`python -m bot` is `loadguard`."""

from __future__ import annotations

import sys

from bot.main import run

if __name__ == "__main__":
    sys.exit(run())
