"""Draw counts as SVG: bars, and a share over time as a curve.

Every picture has a title that says what it shows. The colours come from the style sheet of the
page, such as `STYLE`, so pictures follow the page's dark or light theme.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archive_pkg.packages import svg

if TYPE_CHECKING:
    from collections.abc import Sequence

STYLE = """
.plot { width: 100%; height: auto; font: 13px system-ui, sans-serif; }
.plot text { fill: var(--ink, #1d1b16); } .plot .soft { fill: var(--soft, #5a564c); }
.plot .bar { fill: var(--link, #1f4e79); } .plot .bad { fill: var(--red, #a1231b); }
.plot .axis { stroke: var(--line, #cbc4b3); stroke-width: 1; fill: none; }
.plot .curve { stroke: var(--link, #1f4e79); stroke-width: 2; fill: none; }
.plot .area { fill: var(--link, #1f4e79); opacity: .15; }
"""
"""Styles for pages without colours of their own for pictures."""

_WIDTH = 720
_HEIGHT = 130
_LEFT = 46
_TOP = 12
_FOOT = 26
_ROW = 26
_NAMES = 250
_LONGEST = 34


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar.

    Attributes:
        label: The words below or next to it.
        count: How many.
        address: The address it links to; empty for no link.
        bad: Whether it counts faults.
    """

    label: str
    count: int
    address: str = ""
    bad: bool = False


def columns(bars: Sequence[Bar], what: str) -> str:
    """Return bars side by side, for counts in an order: years, decades, ages.

    Args:
        bars: The bars, from left to right.
        what: What the picture shows, for those who cannot see it.
    """
    most = max((bar.count for bar in bars), default=0)
    top = _rounded(most)
    across = (_WIDTH - _LEFT - 8) / max(1, len(bars))
    floor = _TOP + _HEIGHT
    drawn = [*_grid(top)]
    every = max(1, math.ceil(_longest(bars) * 8 / across))
    for number, bar in enumerate(bars):
        x = _LEFT + number * across
        height = bar.count / top * _HEIGHT
        shape = svg.element(
            "rect",
            svg.title(f"{bar.label}: {bar.count:,}"),
            x=svg.short(x + across * 0.1),
            y=svg.short(floor - height),
            width=svg.short(across * 0.8),
            height=svg.short(height),
            class_="bad" if bar.bad else "bar",
        )
        drawn.append(_linked(shape, bar.address))
        if number % every == 0:
            middle = x + across / 2
            drawn.append(svg.words(bar.label, middle, floor + 18, text_anchor="middle"))
    return _plot(drawn, _WIDTH, floor + _FOOT, what)


def rows(bars: Sequence[Bar], what: str) -> str:
    """Return bars below one another, each with its label, for counts without an order."""
    most = max((bar.count for bar in bars), default=0) or 1
    drawn = []
    for number, bar in enumerate(bars):
        y = number * _ROW
        width = max(1.0, bar.count / most * (_WIDTH - _NAMES - 80))
        drawn.append(svg.words(_cut(bar.label), _NAMES - 10, y + 17, text_anchor="end"))
        shape = svg.element(
            "rect",
            svg.title(f"{bar.label}: {bar.count:,}"),
            x=_NAMES,
            y=y + 4,
            width=svg.short(width),
            height=_ROW - 8,
            class_="bad" if bar.bad else "bar",
        )
        drawn.append(_linked(shape, bar.address))
        drawn.append(svg.words(f"{bar.count:,}", _NAMES + width + 8, y + 17))
    return _plot(drawn, _WIDTH, max(1, len(bars)) * _ROW, what)


def curve(points: Sequence[tuple[float, float]], labels: tuple[str, str], what: str) -> str:
    """Return a share between 0 and 1 over time, as a curve.

    Args:
        points: Time, as a share of the whole period, and value.
        labels: The labels of the first moment and the last.
        what: What the picture shows, for those who cannot see it.
    """
    floor = _TOP + _HEIGHT
    places = [(_LEFT + x * (_WIDTH - _LEFT - 8), floor - min(1.0, y) * _HEIGHT) for x, y in points]
    line = " ".join(f"{svg.short(x)},{svg.short(y)}" for x, y in places)
    drawn = [*_grid(100, "%")]
    if places:
        ends = f"{svg.short(places[-1][0])},{floor} {svg.short(places[0][0])},{floor}"
        drawn.append(svg.element("polygon", points=f"{line} {ends}", class_="area"))
        drawn.append(svg.element("polyline", points=line, class_="curve"))
    drawn.append(svg.words(labels[0], _LEFT, floor + 18))
    drawn.append(svg.words(labels[1], _WIDTH - 8, floor + 18, text_anchor="end"))
    return _plot(drawn, _WIDTH, floor + _FOOT, what)


def _grid(top: int, unit: str = "") -> list[str]:
    lines = []
    for share in (0.0, 0.5, 1.0):
        y = svg.short(_TOP + _HEIGHT * (1 - share))
        lines.append(svg.element("path", d=f"M{_LEFT} {y}H{_WIDTH - 8}", class_="axis"))
        if share * top == int(share * top):
            label = f"{int(share * top):,}{unit}"
            at = _TOP + _HEIGHT * (1 - share) + 4
            lines.append(svg.words(label, _LEFT - 6, at, text_anchor="end", class_="soft"))
    return lines


def _plot(drawn: Sequence[str], width: float, height: float, what: str) -> str:
    # Hidden from screen readers, links included: the words next to it say the same.
    size = f"0 0 {svg.short(width)} {svg.short(height)}"
    return svg.element(
        "svg", svg.title(what), *drawn, viewBox=size, class_="plot", aria_hidden="true"
    )


def _linked(shape: str, address: str) -> str:
    return svg.element("a", shape, href=address, tabindex=-1) if address else shape


def _rounded(most: int) -> int:
    """Return the smallest round number that is not below a count, for the top of an axis."""
    if most <= 2:
        return 2
    step: int = 10 ** (len(str(most)) - 1)
    tops = (times * step // 10 for times in (10, 20, 30, 40, 50, 60, 80, 100))
    return next(top for top in tops if top >= most)


def _longest(bars: Sequence[Bar]) -> int:
    return max((len(bar.label) for bar in bars), default=1)


def _cut(words: str) -> str:
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
