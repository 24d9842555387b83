"""An argument parser that answers a misspelling with the word that was probably meant."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from bot.choices import nearest
from bot.errors import UsageError


def did_you_mean(word: str, words: Iterable[str], *, otherwise: str = "") -> str:
    """A hint for a misspelt word: the closest known one, else `otherwise`."""
    close = nearest(word, words)
    return f"did you mean `{close}`?" if close else otherwise


class Parser(argparse.ArgumentParser):
    """argparse with whole option names only, and trouble as a `UsageError` with a hint instead of an exit."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """Every complaint of argparse ends here. The hint names the command whose help answers."""
        raise UsageError(message, hint=f"see `{self.prog} --help`")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse's, but what a subcommand does not know is that subcommand's error, with its own options."""
        found, extra = super().parse_known_args(args, namespace)
        if extra:
            option = next((each for each in extra if each.startswith("-")), extra[0]).partition("=")[0]
            hint = did_you_mean(option, self._option_string_actions, otherwise=f"see `{self.prog} --help`")
            raise UsageError(f"`{self.prog}` does not know {option!r}", hint=hint)
        return found, extra

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        choices = [str(each) for each in action.choices]
        what = "command" if isinstance(action, argparse._SubParsersAction) else _name(action)
        hint = did_you_mean(str(value), choices, otherwise=f"it takes {_listed(choices)}")
        raise UsageError(f"unknown {what} {value!r}", hint=hint)


def _name(action: argparse.Action) -> str:
    return f"value for {action.option_strings[-1]}:" if action.option_strings else (action.metavar or action.dest or "")  # type: ignore[return-value]


def _listed(words: Sequence[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
