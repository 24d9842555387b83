"""How a call is laid out: where its arguments start and end, read by libcst from the call's own text only."""

from __future__ import annotations

from dataclasses import dataclass

# libcst's parser recurses in native code, where running out of stack kills the process. A call that ast could
# parse in this many characters is far from that; nobody writes a longer torch.load.
LONGEST_CALL = 4_000


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a call, in characters of the call's text.

    `start` to `end` is the argument with its keyword, stars and parentheses, without its comma; `value` is where the
    value begins; `comma` is just past the comma that follows, or None.
    """

    start: int
    value: int
    end: int
    comma: int | None
    keyword: str | None
    star: str


def read_arguments(text: str) -> tuple[Argument, ...] | None:
    """The arguments of the call that `text` is, in order; None where libcst reads something else than a call."""
    if len(text) > LONGEST_CALL:
        return None
    import libcst  # (0.2 s to import; most scans have nothing to rewrite over several lines)

    try:
        # As a module, because only a module keeps the line ends it was read with.
        module = libcst.parse_module(f"({text})")
    except (libcst.ParserSyntaxError, RecursionError, UnicodeError):
        return None
    statement = module.body[0] if module.body else None
    expression = statement.body[0] if isinstance(statement, libcst.SimpleStatementLine) else None
    call = expression.value if isinstance(expression, libcst.Expr) else None
    if not isinstance(call, libcst.Call) or len(call.lpar) != 1:
        return None
    code = module.code_for_node
    position = len(text) - 1 - sum(len(code(arg)) for arg in call.args)
    arguments = []
    for arg in call.args:
        start, position = position, position + len(code(arg))
        comma = arg.comma if isinstance(arg.comma, libcst.Comma) else None
        space = len(code(arg.whitespace_after_arg))
        end = position - space - (len(code(comma)) if comma else 0)
        arguments.append(
            Argument(
                start=start,
                value=end - len(code(arg.value)),
                end=end,
                comma=end + len(code(comma.whitespace_before)) + 1 if comma else None,
                keyword=arg.keyword.value if arg.keyword else None,
                star=arg.star,
            )
        )
    return tuple(arguments)
