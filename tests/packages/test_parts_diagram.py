"""Test that the picture of a letter's parts is complete, reproducible and safe."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from archive_pkg.packages.parts_diagram import picture
from archive_pkg.records import Record, load_record
from program import Run
from typed import elements, strings

ROOT = Path(__file__).parents[2]
SEED = ROOT / "records" / "1960-07-18-cpsu-to-sed"
SVG = {"s": "http://www.w3.org/2000/svg"}


def record_of(*parts: dict[str, object], **more: object) -> Record:
    data = {"id": "x", "type": "letter", "title": "X", "parts": list(parts), **more}
    return Record.model_validate(data)


def test_every_part_has_a_box_and_every_relation_an_arrow() -> None:
    record = load_record(SEED)
    drawn = etree.fromstring(picture(record).encode())
    assert len(elements(drawn, "//s:rect", SVG)) == len(record.parts)
    arrows = elements(drawn, "/s:svg/s:path", SVG)
    assert len(arrows) == sum(len(part.leads_to) for part in record.parts)
    words = strings(drawn, "//s:text/text()", SVG)
    assert {f"{part.kind}: {part.id}" for part in record.parts} <= set(words)
    assert "made 18 July 1960" in words
    assert picture(record) == picture(load_record(SEED))


def test_boxes_do_not_overlap() -> None:
    parts = [{"id": "o", "kind": "original", "held": False}]
    parts += [{"id": f"p{n}", "kind": "scan", "held": False, "made_from": ["o"]} for n in range(7)]
    parts += [{"id": "t", "kind": "translation", "held": False, "made_from": ["p1", "p5"]}]
    drawn = etree.fromstring(picture(record_of(*parts)).encode())
    boxes = [
        tuple(int(box.attrib[side]) for side in ("x", "y", "width", "height"))
        for box in elements(drawn, "//s:rect", SVG)
    ]
    for number, (x, y, w, h) in enumerate(boxes):
        for a, b, c, d in boxes[number + 1 :]:
            assert x + w <= a or a + c <= x or y + h <= b or b + d <= y


def test_right_to_left_names_are_isolated_and_markup_is_escaped() -> None:
    name = '<script>alert("x")</script> & محمد'
    record = record_of(
        {"id": "o", "kind": "original", "held": False, "made_by": ["a"], "title": "ש. עגנון"},
        agents=[{"id": "a", "name": name, "kind": "person"}],
    )
    text = picture(record)
    assert "<script" not in text
    drawn = etree.fromstring(text.encode())
    assert "\u2068ש. עגנון\u2069" in strings(drawn, "//s:text/text()", SVG)


def test_a_record_without_parts_has_an_empty_picture() -> None:
    assert etree.fromstring(picture(record_of()).encode()).tag.endswith("svg")


def test_show_writes_the_picture_but_not_over_the_record(run: Run, tmp_path: Path) -> None:
    words = ("show", SEED, "--quiet", "--picture")
    assert run(*words, tmp_path / "parts.svg").returncode == 0
    assert (tmp_path / "parts.svg").read_text() == picture(load_record(SEED))
    before = (SEED / "record.yaml").read_bytes()
    assert run(*words, SEED / "record.yaml").returncode == 2
    assert (SEED / "record.yaml").read_bytes() == before
