"""What sandboxed loads and comparisons say, in words that every format shares. Nothing here is escaped yet."""

from __future__ import annotations

from bot.model import CheckpointReport, Drift, Killed, Loaded, NotTried, Refused
from bot.report.words import counted

DRIFT_SHOWN = 20
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def load_words(report: CheckpointReport) -> str:
    """Every load of a checkpoint in one line: the CPU's, then the devices'."""
    smokes = [each for each in (report.smoke, *report.devices) if each is not None]
    return "; ".join(_one(each) for each in smokes) or "not asked for"


def _one(smoke: Loaded | Refused | Killed | NotTried) -> str:
    match smoke:
        case Loaded():
            mapped = ", mapped" if smoke.mapped else ""
            memory = f", peak {size_words(smoke.peak_memory)}" if smoke.peak_memory else ""
            told = f"{counted(smoke.tensors, 'tensor')}{mapped}{memory}"
            return f"loaded on {smoke.device} in {_time_words(smoke.seconds)}, {told}"
        case Refused():
            return f"refused on {smoke.device}: {smoke.reason}"
        case Killed():
            return f"killed on {smoke.device}: {smoke.reason}"
        case NotTried():
            return smoke.reason if smoke.device == "cpu" else f"not tried on {smoke.device}: {smoke.reason}"


def moved(report: CheckpointReport) -> tuple[Drift, ...]:
    """The tensors that differ from the version this file replaces, farthest first: what a table has room for."""
    return tuple(row for row in report.drift if row.largest > 0 or row.new_bad_values)[:DRIFT_SHOWN]


def drift_words(report: CheckpointReport) -> str:
    """One line on how far the values moved; empty where nothing was compared."""
    if not report.drift:
        return ""
    rows = [row for row in report.drift if row.largest > 0 or row.new_bad_values]
    if not rows:
        return f"values as before in {counted(len(report.drift), 'tensor')}"
    farthest = f"{rows[0].name} farthest ({rows[0].relative:.2%})"
    return f"{len(rows):,} of {counted(len(report.drift), 'tensor')} moved, {farthest}"


def _time_words(seconds: float) -> str:
    """`3 ms`, `2.4 s`."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:,.1f} s"


def size_words(size: int) -> str:
    """`1.5 GiB`."""
    value, unit = float(size), 0
    while value >= 1024 and unit < len(_UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return f"{value:,.0f} {_UNITS[unit]}" if unit == 0 else f"{value:,.1f} {_UNITS[unit]}"
