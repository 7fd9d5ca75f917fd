"""SWORD's metadata document and Archivematica's metadata.csv, which contain Dublin Core."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import Any

from examples import BARE_CONTEXT, FULL_CONTEXT, bare, full, record
from places import expected, places

from archive_pkg.interchange import ExportContext, export


def test_sword_has_each_element_of_dublin_core() -> None:
    assert places(export("sword", full(), FULL_CONTEXT)) == expected("sword")


def test_sword_writes_a_single_value_without_a_list() -> None:
    assert places(export("sword", bare(), BARE_CONTEXT)) == [
        "@context: https://swordapp.github.io/swordv3/swordv3.jsonld",
        "@type: Metadata",
        "dc:identifier: x",
        "dc:title: A letter",
        "dc:type[1]: Text",
        "dc:type[2]: Message",
    ]


def rows(context: ExportContext = BARE_CONTEXT, **fields: Any) -> list[list[str]]:
    return list(csv.reader(export("archivematica", record(**fields), context).decode().split("\n")))


def test_archivematica_has_the_letter_in_the_first_row_and_a_row_for_each_file() -> None:
    assert places(export("archivematica", full(), FULL_CONTEXT)) == expected("archivematica")


def test_archivematicas_paths_are_relative_to_the_transfer() -> None:
    parts = [
        {"id": "a", "kind": "scan", "file": "f", "title": "One\nleaf"},
        {"id": "b", "kind": "scan", "file": "g/h"},
        {"id": "c", "kind": "scan", "file": "f", "title": "Two"},
    ]
    table = [
        ["filename", "dc.identifier", "dc.title", "dc.type", "dc.type"],
        ["objects", "x", "A letter", "Text", "Message"],
        ["objects/f", "", "One leaf; Two", "", ""],
        ["objects/g/h", "", "Scan of A letter", "", ""],
        [],
    ]
    assert rows(parts=parts, title="A\nletter")[:3] == table[:3]
    assert rows(parts=parts) == table
    inside = rows(replace(BARE_CONTEXT, folder="data/"), parts=parts)
    assert [row[0] for row in inside[1:-1]] == ["objects", "data/f", "data/g/h"]
