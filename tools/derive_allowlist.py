"""Write `bot/scan/checkpoint/allowlist.json` from the torch that is installed here.

    python tools/derive_allowlist.py            add or refresh this torch's entry
    python tools/derive_allowlist.py --check    exit 1 when the entry on record differs

Every entry is what torch itself answers; other versions' entries stay as they are.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "bot" / "scan" / "checkpoint" / "allowlist.json"


def derive() -> tuple[str, dict[str, list[str]]]:
    """This torch's version (major.minor) and its lists."""
    import torch
    from torch import _weights_only_unpickler as unpickler

    version = ".".join(torch.__version__.split("+")[0].split(".")[:2])
    return version, {
        "globals": sorted(unpickler._get_allowed_globals()),
        "blocked_modules": sorted(unpickler._blocklisted_modules),
    }


def main(arguments: list[str]) -> int:
    version, entry = derive()
    data = json.loads(DATA.read_text(encoding="utf-8")) if DATA.exists() else {"torch": {}}
    if "--check" in arguments:
        same = data["torch"].get(version) == entry
        sys.stdout.write(f"torch {version}: {'as on record' if same else 'differs from the record'}\n")
        return 0 if same else 1
    data["torch"][version] = entry
    DATA.write_text(json.dumps(data, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    sys.stdout.write(f"torch {version}: {len(entry['globals'])} globals written to {DATA.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
