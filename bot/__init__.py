"""Loadguard: finds every unsafe `torch.load`, proves the fix, and loads checkpoints in a sandbox first."""

from __future__ import annotations

__version__ = "0.1.0"
