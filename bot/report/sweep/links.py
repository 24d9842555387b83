"""Links to the forge. They are put together here from parts that are what they should be; no address of the state is
ever followed, so that a forged one leads nowhere.
"""

from __future__ import annotations

import re

from bot.report.escape import uri
from bot.report.sweep.entry import Entry, Found

_WEB = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~-]+)*/?")
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*/(?!\.{1,2}$)[A-Za-z0-9._-]+")
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


def forge_address(web: str) -> str:
    """The forge's address without a closing slash; empty where it is none that a browser may open."""
    return web.rstrip("/") if _WEB.fullmatch(web) else ""


def repository_link(web: str, entry: Entry) -> str:
    """The repository's page; empty where there can be none."""
    return f"{web}/{entry.slug}" if web and _SLUG.fullmatch(entry.slug) else ""


def pull_link(web: str, entry: Entry) -> str:
    """Our pull request's page; empty where there is none."""
    link = repository_link(web, entry)
    return f"{link}/pull/{entry.pull}" if link and entry.pull else ""


def commit_of(entry: Entry) -> str:
    """The scanned commit; empty where it is no object id."""
    return entry.commit if _COMMIT.fullmatch(entry.commit) else ""


def path_in_link(path: str) -> str:
    """A path as part of an address; empty where it would lead elsewhere."""
    return "" if not path or {"", ".", ".."} & set(path.split("/")) else uri(path)


def finding_link(web: str, entry: Entry, found: Found) -> str:
    """The file at the scanned commit, at the line; a notebook's cells have no line that could be named."""
    link, commit, path = repository_link(web, entry), commit_of(entry), path_in_link(found.path)
    if not (link and commit and path):
        return ""
    line = f"#L{found.line}" if found.line and found.cell < 0 else ""
    return f"{link}/blob/{commit}/{path}{line}"
