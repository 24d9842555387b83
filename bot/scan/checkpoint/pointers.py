"""Text files that stand for a checkpoint without being one: LFS, Xet, DVC, hub links, sharded indexes, web pages."""

from __future__ import annotations

import json
import re

from bot.scan.checkpoint.reader import Reader
from bot.scan.checkpoint.reading import Reading

INDEX_HELD = 32 * 1024 * 1024
LFS = re.compile(rb"version https://(?:git-lfs\.github\.com|hawser\.github\.com)/spec/v\d")
LFS_OID = re.compile(rb"^oid sha256:([0-9a-f]{64})$", re.M)
LFS_SIZE = re.compile(rb"^size (\d{1,18})$", re.M)
XET = re.compile(rb"#\s*xet version")
DVC = re.compile(rb"^(?:outs|md5|deps|wdir|frozen):", re.M)
DVC_HASH = re.compile(rb"^\s*-?\s*(?:md5|etag|hash):", re.M)
HUB_LINK = re.compile(rb"(?:\.\./)+blobs/[0-9a-f]{40,64}\s*\Z")
PAGE = re.compile(rb"\s*(?:<!doctype html|<html|<\?xml)", re.I)


def read_pointer(reading: Reading, reader: Reader, label: str) -> bool:
    """Whether the file is one of these; if so it is named, and said to be no checkpoint."""
    head = reader.read(0, 2048)
    if LFS.match(head):
        _read_lfs(reading, head, label)
    elif XET.match(head):
        _stands_for(reading, "xet-pointer", "a Xet pointer", label)
    elif HUB_LINK.match(head):
        _stands_for(reading, "hub-pointer", "a link into a hub's cache", label)
    elif reader.size <= 1024 * 1024 and DVC.search(head) and DVC_HASH.search(head) and b"path:" in head:
        _stands_for(reading, "dvc", "a DVC file: fetching it takes the remote's credentials", label)
    elif PAGE.match(head):
        _stands_for(reading, "web-page", "a web page, as a failed download leaves it", label)
    elif head.lstrip()[:1] in (b"{", b"["):
        return _read_index(reading, reader, label)
    else:
        return False
    return True


def _stands_for(reading: Reading, kind: str, what: str, label: str) -> None:
    if label:
        return
    reading.is_a(kind)
    reading.unreadable = True
    reading.mmap_reason = f"{what}, not the checkpoint"
    reading.log.corrupt(
        f"{what}: the checkpoint itself is not here, and nothing can be said of it",
        record=label,
        offset=0,
        advice="Fetch the file it stands for and read that.",
    )


def _read_lfs(reading: Reading, head: bytes, label: str) -> None:
    oid, size = LFS_OID.search(head), LFS_SIZE.search(head)
    if oid and size and not label:
        reading.lfs_oid, reading.lfs_size = oid[1].decode(), int(size[1])
        what = f"a Git LFS pointer to {reading.lfs_size:,} bytes (sha256 {reading.lfs_oid[:12]})"
    else:
        what = "a damaged Git LFS pointer"
    _stands_for(reading, "lfs-pointer", what, label)


def crowded(data: bytes, most: int) -> bool:
    """Whether JSON would become more than `most` objects, told before it does: `{},{},` takes 20 times its length."""
    return data.count(b",") + data.count(b"[") + data.count(b"{") > most


def _read_index(reading: Reading, reader: Reader, label: str) -> bool:
    """`*.index.json` of a sharded checkpoint: which shard holds which tensor. Other JSON is not ours to judge."""
    if label:
        return True
    if reader.size > INDEX_HELD:
        return False
    data = reader.read(0, reader.size)
    if crowded(data, reading.limits.objects):
        reading.is_a("json")
        reading.unreadable = True
        reading.log.over(f"JSON of more than {reading.limits.objects:,} values", offset=0)
        return True
    try:
        value = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        return False
    weights = value.get("weight_map") if isinstance(value, dict) else None
    if not isinstance(weights, dict):
        reading.is_a("json")
        reading.unreadable = not reading.path.lower().endswith(".json")
        if reading.unreadable:
            reading.log.corrupt("JSON, not a checkpoint", offset=0)
        return True
    reading.is_a("sharded-index")
    names = [name for name in weights.values() if isinstance(name, str)]
    if len(names) != len(weights):
        reading.log.corrupt("the index maps a tensor to what is no file name", offset=0)
    files = sorted(set(names))
    if len(files) > reading.limits.shards:
        reading.log.over(f"an index of {len(files):,} shards: only {reading.limits.shards:,} are looked at", offset=0)
    for name in files[: reading.limits.shards]:
        if name.startswith("/") or ".." in name.replace("\\", "/").split("/") or "\\" in name or ":" in name:
            reading.log.corrupt(f"the index names {name[:120]!r}, which leads out of its folder", offset=0)
        else:
            reading.shards.append(name)
    return True
