"""Holds a policy's tree to the published schema, and turns it into plain values.

The schema file itself is interpreted, so that what is published and what is accepted cannot differ. Of JSON Schema only
the words that the file uses are known, and a test keeps it to those.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from bot.choices import nearest
from bot.errors import PolicyError
from bot.policy.globs import glob_mistake
from bot.policy.tree import Entry, Mapping, Node, Scalar, Sequence

Schema = dict[str, Any]
TYPES: dict[str, type | tuple[type, ...]] = {"string": str, "integer": int, "number": (int, float), "boolean": bool}
DAY = "a day as YYYY-MM-DD"


@cache
def policy_schema() -> Schema:
    """The published schema."""
    schema: Schema = json.loads(files("bot").joinpath("schemas/policy.schema.json").read_text("utf-8"))
    return schema


def check(tree: Mapping, *, name: str) -> dict[str, Any]:
    """The policy as plain values. Raises one `PolicyError` that tells every mistake, a line each."""
    mistakes = list(_mistakes(tree, policy_schema(), name=name, key=""))
    if len(mistakes) == 1:
        line, column, message, hint = mistakes[0]
        raise PolicyError(f"{name}:{line}:{column}: {message}", hint=hint)
    if mistakes:
        raise PolicyError("\n".join(_line(each, name) for each in mistakes))
    plain: dict[str, Any] = _plain(tree, policy_schema())
    return plain


Mistake = tuple[int, int, str, str]
"""Line, column, what is wrong, and a hint or nothing."""


def _line(mistake: Mistake, name: str) -> str:
    """One of several mistakes; each keeps its hint beside it."""
    line, column, message, hint = mistake
    return f"{name}:{line}:{column}: {message}{f' ({hint})' if hint else ''}"


def _mistakes(node: Node, schema: Schema, *, name: str, key: str) -> Iterator[Mistake]:
    if isinstance(node, Mapping):
        yield from _mapping_mistakes(node, schema, name=name, key=key)
    elif isinstance(node, Sequence):
        if schema.get("type") != "array":
            yield _at(node, f"{_called(key)} is a list; it takes {_wanted(schema)}")
        elif len(node.items) > schema.get("maxItems", len(node.items)):
            yield _at(node, f"{_called(key)} has {len(node.items)} entries; at most {schema['maxItems']} are read")
        else:
            for each in node.items:
                yield from _mistakes(each, schema["items"], name=name, key=key)
    elif (message := _scalar_mistake(node, schema)) is not None:
        yield _at(node, f"{_called(key)} is {_shown(node)}; {message}", _remedy(node, schema))


def _mapping_mistakes(node: Mapping, schema: Schema, *, name: str, key: str) -> Iterator[Mistake]:
    if schema.get("type") != "object":
        yield _at(node, f"{_called(key)} is a mapping; it takes {_wanted(schema)}")
        return
    known: Schema = schema.get("properties", {})
    for entry in node.entries:
        below = f"{key}.{entry.key}" if key else entry.key
        rest = schema.get("additionalProperties")
        pattern = schema.get("propertyNames", {}).get("pattern", "")
        if entry.key in known:
            yield from _mistakes(entry.value, known[entry.key], name=name, key=below)
        elif isinstance(rest, dict) and re.search(pattern, entry.key):
            yield from _mistakes(entry.value, rest, name=name, key=below)
        else:
            yield _unknown(entry, below, known or _codes(pattern))
    present = {entry.key for entry in node.entries}
    for wanted in schema.get("required", ()):
        if wanted not in present:
            yield _at(node, f"{_called(key)} has no `{wanted}`, which it must have")
    ways = [each["required"][0] for each in schema.get("anyOf", ())]
    if ways and not present & set(ways):
        yield _at(node, f"{_called(key)} says nothing of what it is about", f"give at least one of {', '.join(ways)}")


def _unknown(entry: Entry, key: str, known: Iterable[str]) -> Mistake:
    words = list(known)
    hint = _meant(entry.key, words) or f"known here: {', '.join(words)}"
    return entry.line, entry.column, f"unknown key `{key}`", hint


def _remedy(node: Scalar, schema: Schema) -> str:
    """What was probably meant by a value that is wrong; empty where nobody can say."""
    if schema.get("type") == "string" and not isinstance(node.value, str) and node.value is not None:
        return "" if "enum" in schema or "format" in schema else "put it in quotes"
    return _meant(node.text, schema.get("enum", ()) or _codes(schema.get("pattern", "")))


def _scalar_mistake(node: Scalar, schema: Schema) -> str | None:
    if "enum" in schema:
        return None if node.value in schema["enum"] else f"it takes {_wanted(schema)}"
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not any(_is(node.value, each) for each in types):
        return f"it takes {_wanted(schema)}"
    if "string" in types:
        return _text_mistake(node.text, schema)
    if isinstance(node.value, int) and not isinstance(node.value, bool):
        low, high = schema.get("minimum", node.value), schema.get("maximum", node.value)
        if not low <= node.value <= high:
            return f"it takes {low:,} to {high:,}" if high != node.value else f"it takes at least {low:,}"
    return None


def _text_mistake(text: str, schema: Schema) -> str | None:
    if len(text) < schema.get("minLength", 0):
        return f"it takes at least {schema['minLength']} characters"
    if len(text) > schema.get("maxLength", len(text)):
        return f"it takes at most {schema['maxLength']} characters"
    if "pattern" in schema and not re.search(schema["pattern"], text):
        shape = schema.get("examples", ())
        return f"it does not look like {' or '.join(shape)}" if shape else f"it does not match {schema['pattern']}"
    if "format" in schema:
        return format_mistake(text, schema["format"])
    return None


def format_mistake(text: str, wanted: str) -> str | None:
    """What is wrong with a text that should be a `date`, `regex`, `glob` or `relative-path`; None when nothing is."""
    if wanted == "date":
        try:
            datetime.date.fromisoformat(text)
        except ValueError:
            return f"it takes {DAY}"
        return None if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else f"it takes {DAY}"
    if wanted == "regex":
        try:
            re.compile(text)
        except (re.error, RecursionError, OverflowError) as trouble:
            return f"it is no regular expression: {trouble}"
        return None
    return _path_mistake(text, glob=wanted == "glob")


def _path_mistake(text: str, *, glob: bool) -> str | None:
    if text.startswith("/") or ".." in text.split("/"):
        return "it takes a path inside the repository, from its root"
    if "\\" in text or "\0" in text:
        return "it takes forward slashes"
    mistake = glob_mistake(text) if glob else None
    return f"it is no glob: {mistake}" if mistake else None


def _is(value: object, wanted: str) -> bool:
    kind = TYPES.get(wanted)
    if kind is None or (isinstance(value, bool) and wanted != "boolean"):
        return False
    return isinstance(value, kind)


def _plain(node: Node, schema: Schema) -> Any:
    """Plain values; where the schema speaks of text, the text as it was written."""
    if isinstance(node, Mapping):
        known = schema.get("properties", {})
        return {e.key: _plain(e.value, known.get(e.key) or schema["additionalProperties"]) for e in node.entries}
    if isinstance(node, Sequence):
        return [_plain(each, schema["items"]) for each in node.items]
    types = schema.get("type", ())
    return node.text if "string" in types else node.value


def _at(node: Node, message: str, hint: str = "") -> Mistake:
    return node.line, node.column, message, hint


def _called(key: str) -> str:
    return f"`{key}`" if key else "the policy"


def _shown(node: Scalar) -> str:
    text = node.text if len(node.text) <= 60 else node.text[:57] + "..."
    return "empty" if node.value is None else repr(text) if isinstance(node.value, str) else text


def _wanted(schema: Schema) -> str:
    if schema.get("format") == "date":
        return DAY
    if "enum" in schema:
        return " or ".join(filter(None, [", ".join(schema["enum"][:-1]), schema["enum"][-1]]))
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    words = {
        "string": "text",
        "integer": "a whole number",
        "number": "a number",
        "boolean": "true or false",
        "array": "a list",
        "object": "a mapping",
    }
    return " or ".join(words[each] for each in types)


def _meant(word: str, words: Iterable[str]) -> str:
    close = nearest(word, words)
    return f"did you mean `{close}`?" if close else ""


def _codes(pattern: str) -> list[str]:
    """The rule codes a pattern admits, for the did-you-mean; none where it is not one of codes."""
    if "LG" not in pattern:
        return []
    return [
        code for code in (f"{kind}{n}" for kind in ("LG", "CK") for n in _numbers(kind)) if re.search(pattern, code)
    ]


def _numbers(kind: str) -> list[str]:
    return [f"{n:03d}" for n in range(1, 20)] if kind == "LG" else [f"{n}" for n in range(101, 120)]
