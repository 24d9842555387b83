"""What may be chosen, by an input of the action as by an option of the command line."""

from __future__ import annotations

FAIL_LEVELS = ("note", "warning", "error", "never")
FIX_MODES = ("off", "suggest", "pr")
MMAP_MODES = ("auto", "always-when-legal", "never")
COMMENT_MODES = ("review", "summary", "off")
DEVICES = ("cpu", "cuda", "tpu", "xla")
CHECKPOINT_MODES = ("off", "static", "smoke")
SWITCHES = ("true", "false")
SWEEP_STEPS = ("plan", "run", "publish", "report")
