"""A checkpoint is not whole, contradicts itself, or is not the checkpoint.

torch checks little of this: never a CRC, no record size when the file is mapped, no agreement between the two places
where a zip names a record. Named here, with the byte or the record: cut off or empty files, wrong CRCs, a local
header that differs from the directory, duplicate and unreferenced records, bytes before, between and after records,
tensors that reach out of their storage, negative sizes, storages without their record, broken pickles, SETITEM on
what is no dict. A Git LFS pointer, a DVC file or a downloaded error page is not a checkpoint and is never called
clean.

Bad: a download that stopped at 40 %: under `mmap=True` the process dies of SIGBUS when it reaches the missing part.

Good: a file whose every storage has its record, of the declared size.

Advisory: CVE-2026-24747 (memory corruption below torch 2.10 through record sizes and SETITEM).

Fix: fetch the file again and compare its sha256, or save it anew. For a pointer: `git lfs pull --include=PATH`.
"""

from __future__ import annotations

from bot.model import Severity
from bot.scan.rules.base import Rule

RULE = Rule("CK103", "corrupt", Severity.ERROR, "truncated, CRC mismatch, storage out of bounds, broken pickle")
