"""Charts are valid SVG with a title, whatever is counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pytest
from lxml import etree

from archive_pkg.collection.reports import charts
from archive_pkg.collection.reports.charts import Bar

HOSTILE = "</text><script>alert(1)</script>\"'&\u202e\x07"


def drawn(svg: str) -> etree._Element:
    return etree.fromstring(svg)


@pytest.mark.parametrize("draw", [charts.columns, charts.rows])
def test_each_bar_is_as_long_as_its_count(draw: Callable[[Sequence[Bar], str], str]) -> None:
    bars = [Bar("1960", 10, "years/1960.html"), Bar("1961", 5), Bar("1962", 0)]
    root = drawn(draw(bars, "Letters"))
    side = "height" if draw is charts.columns else "width"
    lengths = [float(rect.attrib[side]) for rect in root.iter("rect")]
    assert lengths[0] == pytest.approx(2 * lengths[1], rel=0.01)
    assert [a.get("href") for a in root.iter("a")] == ["years/1960.html"]
    assert root.findtext("title") == "Letters"


def test_labels_are_escaped() -> None:
    for svg in (
        charts.columns([Bar(HOSTILE, 1)], HOSTILE),
        charts.rows([Bar(HOSTILE, 1, HOSTILE)], HOSTILE),
        charts.curve([(0, 0), (1, 1)], (HOSTILE, HOSTILE), HOSTILE),
    ):
        root = drawn(svg)
        assert not list(root.iter("script"))
        assert not re.search("\u202e(?!.*\u2069)", svg, re.DOTALL)


def test_empty_charts_are_valid() -> None:
    for svg in (charts.columns([], "x"), charts.rows([], "x"), charts.curve([], ("", ""), "x")):
        drawn(svg)
