"""Writes the pages that the code already says: docs/rules/, and the tables of docs/cli.md and docs/policy.md.

    python docs/generate.py          write them
    python docs/generate.py --check  say which differ, and exit 1

tests/test_docs.py runs the second, so that no page can fall behind.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.cli.grammar import EXIT_CODES, build_parser
from bot.cli.rules import documentation_of, rule_table
from bot.policy.check import policy_schema

DOCS = Path(__file__).resolve().parent


def pages() -> Iterator[tuple[Path, str]]:
    """Every generated page and what it should hold."""
    for entry in rule_table():
        text = documentation_of(entry.code)
        yield DOCS / f"rules/{entry.code}.md", f"# {entry.code} {entry.name} ({entry.severity})\n\n{text.rstrip()}\n"
    yield DOCS / "rules/README.md", rule_index()
    for name, blocks in (("cli.md", {"commands": cli(), "exit codes": exit_codes()}), ("policy.md", {"keys": keys()})):
        path = DOCS / name
        yield path, filled(path.read_text("utf-8"), blocks)


def rule_index() -> str:
    """The table of rules."""
    rows = "".join(f"| [{e.code}]({e.code}.md) | {e.name} | {e.severity} | {cell(e.summary)} |\n" for e in rule_table())
    return (
        "# Rules\n\n"
        "Each page is the rule's own text, the one `loadguard explain CODE` prints. The level is the usual one; a\n"
        "rule may speak more softly where the evidence says so, and the policy may set another.\n\n"
        f"| code | name | level | says |\n|---|---|---|---|\n{rows}"
    )


def filled(text: str, blocks: dict[str, str]) -> str:
    """A page with the parts between its markers replaced."""
    for name, block in blocks.items():
        marks = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        pattern = re.compile(f"({re.escape(marks[0])}).*?({re.escape(marks[1])})", re.DOTALL)
        if not pattern.search(text):
            raise SystemExit(f"the page has no marks for {name!r}")
        text = pattern.sub(lambda found, block=block: f"{found[1]}\n{block}\n{found[2]}", text)  # type: ignore[misc]
    return text


def cli() -> str:
    """A part for each command: its sentence, its options, its examples."""
    parser = build_parser()
    commands: Any = next(each for each in parser._actions if isinstance(each, argparse._SubParsersAction))
    return "\n".join(command(name, each) for name, each in commands.choices.items()).rstrip()


def command(name: str, parser: argparse.ArgumentParser) -> str:
    """One command, and below it those it has of its own."""
    examples, _, _ = (parser.epilog or "").partition("exit codes:")
    shown = "\n".join(line.strip() for line in examples.splitlines()[1:] if line.strip())
    nested = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    if nested:
        stages = [command(f"{name} {stage}", each) for stage, each in nested[0].choices.items()]
        return "\n".join([f"## loadguard {name}\n\n{parser.description}\n", *stages])
    rows = "".join(option(each) for each in parser._actions if each.dest != "help")
    table = f"\n| option | says |\n|---|---|\n{rows}" if rows else ""
    code = f"\n```sh\n{shown}\n```\n" if shown else ""
    return f"## loadguard {name}\n\n{parser.description}\n{table}{code}"


def option(action: argparse.Action) -> str:
    """One row of a command's table."""
    name = ", ".join(f"`{each}`" for each in action.option_strings) or f"`{action.metavar}`"
    if action.option_strings and action.nargs != 0:
        name += f" {action.metavar or '|'.join(map(str, action.choices or ('VALUE',)))}".replace("|", "\\|")
    said = cell(action.help or "")
    if action.default not in (None, False, "auto", "text") and "default" not in said:
        said += f" (default: {action.default})"
    return f"| {name} | {said.strip()} |\n"


def exit_codes() -> str:
    """The table of exit codes."""
    rows = "".join(f"| {code.value} | {meaning} |\n" for code, meaning in EXIT_CODES.items())
    return f"| code | meaning |\n|---|---|\n{rows}".rstrip()


def keys() -> str:
    """The policy's keys by the published schema."""
    rows = "".join(
        f"| `{key}` | {value} | {default} | {said} |\n" for key, value, default, said in described(policy_schema())
    )
    return f"| key | takes | default | says |\n|---|---|---|---|\n{rows}".rstrip()


def described(schema: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str, str, str]]:
    """Every key below a schema as a row."""
    for name, each in schema.get("properties", {}).items():
        key = f"{prefix}{name}"
        default = each.get("default", "")
        shown = str(default).lower() if isinstance(default, bool) else str(default)
        yield key, kind(each), shown, cell(each.get("description", "As above, for this folder."))
        inner = each.get("items", each)
        if inner.get("properties"):
            yield from described(inner, f"{key}{'[]' if 'items' in each else ''}.")


def kind(schema: dict[str, Any]) -> str:
    """What a key takes, in words."""
    if "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {kind(schema['items'])}"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"code: {kind(schema['additionalProperties'])}"
    words = {"string": "text", "integer": "whole number", "boolean": "`true`, `false`", "object": "mapping"}
    formats = {"glob": "glob", "regex": "regular expression", "date": "day", "relative-path": "folder"}
    if schema.get("format") in formats:
        return formats[schema["format"]]
    first = schema["type"][0] if isinstance(schema["type"], list) else schema["type"]
    return words[first]


def cell(text: str) -> str:
    """Text for a table's cell."""
    return text.replace("|", "\\|").replace("\n", " ").replace("%%", "%")


def main() -> int:
    """Write, or compare; the exit code."""
    check = "--check" in sys.argv[1:]
    differing = [(path, text) for path, text in pages() if not path.is_file() or path.read_text("utf-8") != text]
    for path, text in differing:
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        sys.stdout.write(f"{path.relative_to(DOCS.parent)}: {'differs' if check else 'written'}\n")
    return 1 if check and differing else 0


if __name__ == "__main__":
    raise SystemExit(main())
