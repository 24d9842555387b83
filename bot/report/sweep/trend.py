"""The trend over the sweeps as a drawing of ours: findings above, merged fixes below, over the same days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from bot.report.sweep.markdown import moment_words
from bot.report.sweep.overview import Overview, Point

WIDTH, LEFT, RIGHT = 640, 54, 14
HEIGHT = 264
MOST_POINTS = 400


@dataclass(frozen=True, slots=True)
class Panel:
    """Where a curve lies, what it shows, and how many steps its scale may have."""

    top: int
    bottom: int
    title: str
    kind: str
    steps: int
    value: Callable[[Point], int]


PANELS = (
    Panel(14, 132, "Findings", "findings", 4, lambda each: each.findings),
    Panel(176, 236, "Fixes merged", "merged", 2, lambda each: each.merged),
)


def render_trend(overview: Overview) -> str:
    """Drawing, words for the last point, and the table it is drawn from. One sweep alone has no trend."""
    points = overview.trend[-MOST_POINTS:]
    if len(points) < 2:
        return "<p class=soft>The trend begins with the second sweep that ends.</p>"
    drawing = (
        f'<svg id=trend viewBox="0 0 {WIDTH} {HEIGHT}" role=img tabindex=0 aria-describedby=trend-now '
        f'aria-label="Findings and merged fixes over {len(points)} sweeps">'
        + "".join(_panel(points, each) for each in PANELS)
        + _days(points)
        + f"<line id=trend-mark y1={PANELS[0].top} y2={PANELS[-1].bottom} class=mark visibility=hidden /></svg>"
    )
    return f"{drawing}<p id=trend-now class=soft aria-live=polite>{escape(words(points[-1]))}</p>{_table(points)}"


def words(point: Point) -> str:
    """One point in words."""
    return (
        f"Sweep {point.number:,}, {moment_words(point.at)}: {point.findings:,} findings, {point.merged:,} fixes merged"
    )


def x_of(index: int, count: int) -> float:
    """Where a point lies; the script asks the same for the pointer."""
    return LEFT + (WIDTH - LEFT - RIGHT) * index / (count - 1)


def _panel(points: Sequence[Point], panel: Panel) -> str:
    top, bottom, value = panel.top, panel.bottom, panel.value
    step = _step(max(value(each) for each in points), panel.steps)
    highest = step * max(1, -(-max(value(each) for each in points) // step))

    def y_of(number: int) -> float:
        return bottom - (bottom - top) * number / highest

    lines = []
    for number in range(0, highest + 1, step):
        y = y_of(number)
        lines.append(f'<line x1={LEFT} x2={WIDTH - RIGHT} y1="{y:.1f}" y2="{y:.1f}" class=grid />')
        lines.append(f'<text x={LEFT - 8} y="{y + 4:.1f}" text-anchor=end>{number:,}</text>')
    path = " ".join(f"{x_of(n, len(points)):.1f},{y_of(value(each)):.1f}" for n, each in enumerate(points))
    dots = "".join(
        f'<circle cx="{x_of(n, len(points)):.1f}" cy="{y_of(value(each)):.1f}" r=7 class=dot>'
        f"<title>{escape(words(each))}</title></circle>"
        for n, each in enumerate(points)
    )
    area = f"{LEFT},{bottom} {path} {WIDTH - RIGHT},{bottom}"
    return (
        f"<g class={panel.kind}>{''.join(lines)}<text x={LEFT} y={top - 4} class=title>{panel.title}</text>"
        f'<polygon points="{area}" /><polyline points="{path}" />{dots}</g>'
    )


def _step(highest: int, most: int) -> int:
    """A round distance between two grid lines, of which at most `most` reach the highest value."""
    size: int = 10 ** max(0, len(str(highest)) - 1)
    steps = (size // 5, size // 2, size, size * 2, size * 5)
    return next(step for step in steps if step and highest <= step * most)


def _days(points: Sequence[Point]) -> str:
    """The first day, the last, and some in between, below both panels."""
    last = len(points) - 1
    shown = sorted({round(last * part / 4) for part in range(5)})
    made = []
    for n in shown:
        anchor = "start" if n == 0 else "end" if n == last else "middle"
        day = escape(points[n].at[:10])
        made.append(f'<text x="{x_of(n, len(points)):.1f}" y={HEIGHT - 8} text-anchor={anchor}>{day}</text>')
    return "".join(made)


def _table(points: Sequence[Point]) -> str:
    rows = "".join(
        f"<tr><td class=number>{each.number:,}<td>{escape(moment_words(each.at))}"
        f"<td class=number>{each.findings:,}<td class=number>{each.merged:,}"
        for each in reversed(points)
    )
    head = "<tr><th scope=col class=number>sweep<th scope=col>ended<th scope=col class=number>findings"
    return (
        "<details class=figures><summary>As a table</summary><table><thead>"
        f"{head}<th scope=col class=number>fixes merged<tbody>{rows}</table></details>"
    )
