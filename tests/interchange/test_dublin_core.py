"""Dublin Core: where each field of a record goes."""

from __future__ import annotations

from typing import Any

from examples import BARE_CONTEXT, FULL_CONTEXT, bare, full, record
from places import expected, places

from archive_pkg.interchange import export


def test_each_field_of_a_full_record_is_written_in_its_dublin_core_element() -> None:
    assert places(export("dc", full(), FULL_CONTEXT)) == expected("dc")


def test_unknown_values_are_left_out_of_dublin_core() -> None:
    assert places(export("dc", bare(), BARE_CONTEXT))[1:] == [
        "dc/identifier: x",
        "dc/title: A letter",
        "dc/type[1]: Text",
        "dc/type[2]: Message",
    ]


def exported(**fields: Any) -> list[str]:
    return places(export("dc", record(**fields), BARE_CONTEXT))


def test_an_open_date_is_given_as_written() -> None:
    assert "dc/date: 1956/57" in exported(date={"as_written": "1956/57"})


def test_formats_appear_once_and_a_holding_is_a_source() -> None:
    parts = [
        {"id": name, "kind": "scan", "file": name, "media_type": "image/tiff"} for name in "ab"
    ]
    written = exported(
        parts=parts, holdings=[{"repository": "RGANI"}], rights={"statement": "Free."}
    )
    assert "dc/format: image/tiff" in written
    assert "dc/source: RGANI" in written
    assert "dc/rights: Free." in written


def test_a_translation_is_a_version_of_its_original_only_if_the_original_is_not_held() -> None:
    english = {"id": "e", "kind": "translation", "file": "e.txt", "made_from": ["o"]}
    for held, wanted in (
        ({"held": False}, ["dc/relation: Is version of: Original of A letter (original)"]),
        ({"file": "o.txt"}, []),
    ):
        written = exported(parts=[{"id": "o", "kind": "original", **held}, english])
        assert [line for line in written if "Is version of" in line] == wanted
