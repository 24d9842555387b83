"""Bytes that are a pickle or an archive themselves, hidden in another's strings: raw, base64 or hexadecimal."""

from __future__ import annotations

import base64
import binascii
import re

SHORTEST = 8
MOST = 1_000
"""Such strings that are looked into; one more is kept, so that somebody can say there are more."""
RAW = re.compile(
    rb"\x80[\x02-\x05][^\x00]|\xc2\x80[\x02-\x05]|PK\x03\x04|[c(]{1,3}[A-Za-z_][\w.]*\r?\n[\w.]+\r?\n|\x1f\x8b\x08"
)
BASE64 = re.compile(rb"(?:gA[I-X]|UEsD|KG|Y[0-3])[A-Za-z0-9+/\r\n]+={0,2}")
"""Of a pickle of protocol 2 to 5, an archive, and pickles that begin with MARK or GLOBAL."""
HEXADECIMAL = re.compile(rb"800[2-5](?:[0-9a-fA-F]{2})+")
FIRST = frozenset(b"\x80\xc2Pcg8(UKY")


def looks_packed(head: bytes) -> bool:
    """A cheap look at how a string begins; `unpack` decides."""
    if len(head) < SHORTEST or head[0] not in FIRST:
        return False
    return bool(RAW.match(head) or BASE64.match(head) or HEXADECIMAL.match(head))


def unpack(data: bytes) -> bytes:
    """The pickle or archive that `data` stands for; `data` itself where it is not encoded."""
    if HEXADECIMAL.fullmatch(data):
        return binascii.unhexlify(data)
    if BASE64.fullmatch(data):
        try:
            decoded = base64.b64decode(data + b"=" * (-len(data) % 4))
        except binascii.Error:
            return data
        return decoded if RAW.match(decoded) else data
    if data.startswith(b"\xc2\x80"):
        return data.decode("utf-8", "replace").encode("latin-1", "replace")
    return data
