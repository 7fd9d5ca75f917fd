"""Counts as pictures (SVG): bars over time, shares of a whole, the network of who wrote to whom.

Every picture says in words what it shows. Colours are left to the page's style sheet (`STYLE` is
one), so that a picture is as dark or light as what stands around it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archive_pkg.packages import svg

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STYLE = """
.plot { width: 100%; height: auto; font: 13px system-ui, sans-serif; }
.plot text { fill: var(--ink, #1d1b16); } .plot .soft { fill: var(--soft, #5a564c); }
.plot .bar { fill: var(--link, #1f4e79); } .plot .bad { fill: var(--red, #a1231b); }
.plot .axis { stroke: var(--line, #cbc4b3); stroke-width: 1; fill: none; }
.plot .curve { stroke: var(--link, #1f4e79); stroke-width: 2; fill: none; }
.plot .area { fill: var(--link, #1f4e79); opacity: .15; }
.plot .tie { stroke: var(--link, #1f4e79); fill: none; opacity: .45; }
"""
"""How the pictures look on a page that has no colours of its own for them."""

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
        label: What it counts.
        count: How many.
        address: Where a click on it leads; empty for nowhere.
        bad: Whether it counts what should not be.
    """

    label: str
    count: int
    address: str = ""
    bad: bool = False


def columns(bars: Sequence[Bar], what: str) -> str:
    """Bars side by side, for what has an order: years, decades, ages.

    Args:
        bars: The bars, from left to right.
        what: What the picture shows, for who cannot see it.
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
    """Bars below one another, each with its words, for what has no order: markings, languages."""
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
    """A share between 0 and 1 over time.

    Args:
        points: When, as a share of the whole time, and how much.
        labels: The first moment and the last.
        what: What the picture shows, for who cannot see it.
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


def network(
    names: Mapping[str, Bar], ties: Mapping[tuple[str, str], int], what: str, most: int = 32
) -> str:
    """Who wrote to whom: those with the most letters on a circle, a tie as thick as its letters.

    Args:
        names: People and bodies by their key, each with its name, letters, and address.
        ties: Letters between two of them.
        what: What the picture shows, for who cannot see it.
        most: How many are drawn.
    """
    shown = _round(names, ties, most)
    radius = max(90.0, len(shown) * 8.5)
    width, height = 2 * radius + 2 * _NAMES, 2 * radius + 60
    centre = (width / 2, height / 2)
    turn = math.tau / max(1, len(shown))
    places = {
        key: (centre[0] + radius * math.cos(n * turn), centre[1] + radius * math.sin(n * turn))
        for n, key in enumerate(shown)
    }
    thickest = max((ties[pair] for pair in ties), default=1)
    drawn = []
    for (one, other), count in sorted(ties.items(), key=lambda tie: (tie[1], tie[0])):
        if one in places and other in places and one != other:
            (x1, y1), (x2, y2) = places[one], places[other]
            bend = [(x1 + x2 + 2 * centre[0]) / 4, (y1 + y2 + 2 * centre[1]) / 4]
            path = f"M{svg.short(x1)} {svg.short(y1)}Q" + " ".join(
                svg.short(number) for number in (*bend, x2, y2)
            )
            told = f"{names[one].label} and {names[other].label}: {count:,}"
            thick = svg.short(1 + 9 * math.sqrt(count / thickest))
            drawn.append(
                svg.element("path", svg.title(told), d=path, stroke_width=thick, class_="tie")
            )
    for number, key in enumerate(shown):
        drawn.append(_node(names[key], places[key], number * turn))
    return _plot(drawn, width, height, what)


def _node(bar: Bar, place: tuple[float, float], angle: float) -> str:
    x, y = place
    dot = svg.element("circle", cx=svg.short(x), cy=svg.short(y), r=5, class_="bar")
    left = math.cos(angle) < -1e-6
    at = (x + (-10 if left else 10) * abs(math.cos(angle)), y + 4 + 14 * math.sin(angle))
    upright = abs(math.cos(angle)) < 0.05
    anchor = "middle" if upright else "end" if left else "start"
    label = svg.words(_cut(bar.label), *at, text_anchor=anchor)
    return _linked(svg.title(f"{bar.label}: {bar.count:,}") + dot + label, bar.address)


def _round(names: Mapping[str, Bar], ties: Mapping[tuple[str, str], int], most: int) -> list[str]:
    """The order on the circle: each beside one whom it has most letters with, to cross little."""
    tied = {key for pair in ties if pair[0] != pair[1] for key in pair}
    first = sorted(tied, key=lambda key: (-names[key].count, names[key].label, key))[:most]
    # Who has letters with none of the others would stand on the circle for nothing.
    among = {key for one, other in ties if {one, other} <= set(first) for key in (one, other)}
    waiting = [key for key in first if key in among]
    order = waiting[:1]
    waiting = waiting[1:]
    while waiting:
        last = order[-1]
        near = max(
            waiting,
            key=lambda key: (
                ties.get((last, key), 0) + ties.get((key, last), 0),
                -waiting.index(key),
            ),
        )
        waiting.remove(near)
        order.append(near)
    return order


def _grid(top: int, unit: str = "") -> list[str]:
    lines = []
    for share in (0.0, 0.5, 1.0):
        y = svg.short(_TOP + _HEIGHT * (1 - share))
        lines.append(svg.element("path", d=f"M{_LEFT} {y}H{_WIDTH - 8}", class_="axis"))
        if share * top == int(share * top):
            told = f"{int(share * top):,}{unit}"
            at = _TOP + _HEIGHT * (1 - share) + 4
            lines.append(svg.words(told, _LEFT - 6, at, text_anchor="end", class_="soft"))
    return lines


def _plot(drawn: Sequence[str], width: float, height: float, what: str) -> str:
    # Hidden from who hears the page, since the words beside it say the same; so are its links.
    size = f"0 0 {svg.short(width)} {svg.short(height)}"
    return svg.element(
        "svg", svg.title(what), *drawn, viewBox=size, class_="plot", aria_hidden="true"
    )


def _linked(shape: str, address: str) -> str:
    return svg.element("a", shape, href=address, tabindex=-1) if address else shape


def _rounded(most: int) -> int:
    """The round number at or above a count, for the top of an axis."""
    if most <= 2:
        return 2
    step: int = 10 ** (len(str(most)) - 1)
    tops = (times * step // 10 for times in (10, 20, 30, 40, 50, 60, 80, 100))
    return next(top for top in tops if top >= most)


def _longest(bars: Sequence[Bar]) -> int:
    return max((len(bar.label) for bar in bars), default=1)


def _cut(words: str) -> str:
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
