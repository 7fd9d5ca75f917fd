"""Loading records: plain scalars stay text, and every fault is reported with its place."""

from __future__ import annotations

import copy
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.limits import RECORD_SIZE
from archive_pkg.records.loading import load_record, load_records, read_record
from archive_pkg.records.models import Record
from archive_pkg.reports import Report
from typed import present

HERE = Path(__file__).parent
FIXTURES = HERE.parent / "fixtures" / "records"
SEED = HERE.parents[1] / "records" / "1960-07-18-cpsu-to-sed"

SMALL = """\
id: small
type: letter
title: A letter
"""


def read(text: str | bytes, path: str = "record.yaml") -> tuple[Record | None, Report]:
    return read_record(text if isinstance(text, bytes) else text.encode(), path)


def test_the_first_letter_loads_from_its_folder_and_from_its_file() -> None:
    record = load_record(SEED)
    assert record.id == "1960-07-18-cpsu-to-sed"
    assert load_record(SEED / "record.yaml") == record


def test_plain_scalars_keep_their_source_text() -> None:
    record, report = read(
        SMALL
        + """\
salutation: no
closing: 012
custody: 1e3
variant_titles: [1960-07, 0x1F, 12:30:45, Yes, 1_000, .5, +1, 1960-07-18, ~x, =, "null"]
version: 7
date: 1960-07
"""
    )
    assert report.ok
    assert record
    assert (record.salutation, record.closing, record.custody) == ("no", "012", "1e3")
    assert record.variant_titles == (
        "1960-07", "0x1F", "12:30:45", "Yes", "1_000", ".5", "+1", "1960-07-18", "~x", "=", "null",
    )  # fmt: skip
    assert record.version == 7
    assert present(record.date).edtf == "1960-07"


def test_null_is_a_missing_value() -> None:
    record, report = read(SMALL + "place:\nsummary: ~\nclosing: null\nsalutation: 'null'\n")
    assert report.ok
    assert record
    assert (record.place, record.summary, record.closing) == (None, None, None)
    assert record.salutation == "null"


def test_all_faults_are_reported_in_the_order_of_the_file() -> None:
    path = FIXTURES / "many-faults.yaml"
    record, report = read_record(path, "many-faults.yaml")
    assert record is None
    reported = "".join(
        f"{finding.location} {finding.code}\n    {finding.message}\n    {finding.hint}".rstrip()
        + "\n"
        for finding in report
    )
    assert reported == (FIXTURES / "many-faults.txt").read_text("utf-8")


REFERRING = ("sender", "signatories", "recipients", "mentioned_agents")


def leaves(data: Any, loc: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the places of all scalars, except ids and references."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key not in ("id", "field", "part", "kind", "agent"):
                yield from leaves(value, (*loc, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from leaves(value, (*loc, index))
    elif loc[0] not in REFERRING and loc[:2] != ("evidence", 3):
        yield loc


def test_a_malformed_list_does_not_make_references_unknown() -> None:
    data = {**SEED_DATA, "agents": "all of them", "parts": {"letter": "here"}}
    _, report = read(json.dumps(data), "record.json")
    assert {finding.location.field for finding in report} == {"agents", "parts"}


SEED_DATA = json.loads(load_record(SEED).model_dump_json(exclude_defaults=True))
WHOLE = {"record-id-taken", "record-reference-unknown", "record-statement-unknown"}


@settings(max_examples=25)
@given(
    st.lists(st.sampled_from(sorted(leaves(SEED_DATA), key=str)), min_size=1, max_size=6),
    st.booleans(),
)
def test_invalid_fields_do_not_change_the_cross_field_faults(
    places: list[tuple[str | int, ...]], dangling: bool
) -> None:
    data = copy.deepcopy(SEED_DATA)
    for *above, last in places:
        holder = data
        for step in above:
            holder = holder[step]
        holder[last] = {"no": "field"}
    if dangling:
        data["recipients"].append("nobody")
        data["evidence"][3]["field"] = "salutatio"
    record, report = read(json.dumps(data), "record.json")
    assert record is None
    whole = [finding.location.field for finding in report if finding.code in WHOLE]
    assert whole == (["recipients.1", "evidence.3.field"] if dangling else [])
    messages = {finding.location.field.rpartition(".")[2] for finding in report}
    assert messages >= {str(place[-1]) for place in places}


# Text, code of the finding, its line and column, and a word of the hint.
HOSTILE = [
    ("", "record-empty", None, None, "id"),
    ("# only a remark\n", "record-empty", None, None, "id"),
    ("---\n...\n", "record-empty", None, None, "id"),
    ("- a\n- b\n", "record-type-wrong", 1, 1, "mapping"),
    ("just words\n", "record-type-wrong", 1, 1, "archive-pkg draft"),
    ("id: a\nid: b\n", "record-key-repeated", 2, 1, "Merge"),
    ("id: &a x\n", "record-anchor", 1, 5, "Remove"),
    ("id: *a\n", "record-anchor", 1, 5, "Write the value"),
    ("id: !!python/object/apply:os.system [ls]\n", "record-tag", 1, 5, "quote"),
    ("id: !local x\n", "record-tag", 1, 5, "quote"),
    ("id: a\n---\nid: b\n", "record-several-documents", 2, 1, "one record"),
    ("id: a\n\ttype: b\n", "record-syntax", 2, 1, "spaces"),
    ("id: a: b\n", "record-syntax", 1, 6, "quotes"),
    ("title: 'it's'\n", "record-syntax", 1, 12, "apostrophe"),
    ('title: "open\n', "record-syntax", 1, 8, "same quote"),
    ("sender: [a, b\n", "record-syntax", 2, 1, "]"),
    ("date: {edtf: 1960\n", "record-syntax", 2, 1, "}"),
    ("title: @x\n", "record-syntax", 1, 8, "quotes"),
    ("title: `x`\n", "record-syntax", 1, 8, "quotes"),
    ("title: %x\n", "record-syntax", 1, 8, "quotes"),
    ('title: "\\q"\n', "record-syntax", 1, 9, "single quotes"),
    ("title: - x\n", "record-syntax", 1, 8, "next line"),
    ("id: x\nmere words\n", "record-syntax", 3, 1, "key: value"),
    ("id: x\n...\nmore\n", "record-syntax", 3, 1, "one record"),
    ("? [a, b]\n: c\n", "record-key-no-text", 1, 3, "name of a field"),
    ("id: a\0b\n", "record-character", 1, 6, "Remove"),
    ("id: a\u0085b\n", "record-character", 1, 6, "Remove"),
    ("id: a\ntitle: x\u2028y\n", "record-character", 2, 9, '"\\u2028"'),
    ("id: " + "[" * 60 + "]" * 60, "record-too-deep", 1, 36, "7"),
    (b"id: a\ntitle: caf\xe9\n", "record-not-utf8", 2, 11, "UTF-8"),
    ("id: a\n".encode("utf-16"), "record-not-utf8", 1, 1, "UTF-8"),
    (b"id: \xed\xa0\x80\n", "record-not-utf8", 1, 5, "UTF-8"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "line", "column", "right"), HOSTILE)
def test_hostile_yaml_gives_a_finding_with_its_place(
    text: str | bytes, code: str, line: int | None, column: int | None, right: str
) -> None:
    record, report = read(text)
    assert record is None
    finding = next(finding for finding in report if finding.code == code)
    assert (finding.location.line, finding.location.column) == (line, column)
    assert right in finding.hint
    assert finding.location.path == "record.yaml"


@pytest.mark.parametrize("text", [text for text, code, *_ in HOSTILE if code == "record-syntax"])
def test_messages_without_libyaml_are_not_those_of_pyyaml(
    text: str | bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without libyaml, PyYAML uses its own reader."""
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    record, report = read(text)
    assert record is None
    assert "expected" not in report.findings[0].message


def test_records_are_the_same_without_libyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    with_it = [load_record(path) for path in (SEED, FIXTURES / "odd-style.yaml")]
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    assert [load_record(path) for path in (SEED, FIXTURES / "odd-style.yaml")] == with_it
    assert not read('title: "\\U00110000"')[1].ok


HOSTILE_JSON = [
    ("", "record-empty", None, None, "id"),
    ('{"id": "a", "id": "b"}', "record-key-repeated", 1, 13, "Merge"),
    # From 3.13 on, Python names the place of the comma.
    ('{"id": "a",}', "record-syntax", 1, 11 if sys.version_info >= (3, 13) else 12, '"key"'),
    ('{"id": "a"', "record-syntax", 1, 11, "missing"),
    ('{"id" "a"}', "record-syntax", 1, 7, "missing"),
    ("{'id': 'a'}", "record-syntax", 1, 2, "key"),
    ('{"id": a}', "record-syntax", 1, 8, "quotes"),
    ('{"id": 01}', "record-syntax", 1, 9, "missing"),
    ('{"id": NaN}', "record-syntax", 1, 8, "quotes"),
    ('{"id": "a\nb"}', "record-syntax", 1, 10, "\\n"),
    ('{"id": "\\q"}', "record-syntax", 1, 9, "backslash"),
    ('{"id": "a"} {}', "record-syntax", 1, 13, "one record"),
    ('{"id": "a", "\\ud800": 1}', "record-character", 1, 13, "Remove"),
    ('{"id": ' + "[" * 100_000, "record-too-deep", 1, 39, "7"),
    ("[]", "record-type-wrong", 1, 1, "mapping"),
    ('{"id": "a", "type": "letter",\n "titel": "x"}', "record-field-unknown", 2, 2, "title"),
    ('{"access": {"status": "open"}}', "record-field-unknown", 1, 2, "Write access into the part"),
    ('{"id": "a", "type": "letter", "title": "\\ud800"}', "record-character", 1, 40, "Remove"),
]


@pytest.mark.parametrize(("text", "code", "line", "column", "right"), HOSTILE_JSON)
def test_hostile_json_gives_a_finding_with_its_place(
    text: str, code: str, line: int | None, column: int | None, right: str
) -> None:
    record, report = read(text, "record.json")
    assert record is None
    finding = next(finding for finding in report if finding.code == code)
    assert (finding.location.line, finding.location.column) == (line, column)
    assert right in finding.hint


@pytest.mark.parametrize(
    ("text", "name", "field"),
    [
        ("id: &a x\n", "a.yaml", "id"),
        ("agents:\n  - id: k\n    name: a\n    name: b\n", "a.yaml", "agents.k.name"),
        ("agents:\n  - name: a\n  - {name: a, note: !x b}\n", "a.yaml", "agents.1.note"),
        ("sender: [a, *b]\n", "a.yaml", "sender.1"),
        ("parts: [{at: {x: 1, x: 2}}]\n", "a.yaml", "parts.0.at.x"),
        ('{"id": "a", "id": "b"}', "a.json", "id"),
        ('{"agents": [{"name": 1}, {"id": "k", "name": 1, "name": 2}]}', "a.json", "agents.k.name"),
        ('{"agents": [1, {"at": [5, {"x": 1, "x": 2}]}]}', "a.json", "agents.1.at.1.x"),
    ],
)
def test_syntax_faults_have_a_dotted_path(text: str, name: str, field: str) -> None:
    _, report = read(text, name)
    codes = ("record-anchor", "record-key-repeated", "record-tag")
    assert [f.location.field for f in report if f.code in codes] == [field]


def test_json_and_yaml_give_the_same_record() -> None:
    record = load_record(SEED)
    again, report = read(record.model_dump_json().encode(), "record.json")
    assert report.ok
    assert again == record
    number, report = read('{"id": "a", "type": "letter", "title": 012}', "a.json")
    assert number is None
    number, report = read('{"id": "a", "type": "letter", "title": 1e3, "version": 2}', "a.json")
    assert report.ok
    assert number
    assert (number.title, number.version) == ("1e3", 2)


def test_aliases_in_yaml_are_refused_without_expanding_them() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n"
        for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    record, report = read(bomb)
    assert record is None
    assert {finding.code for finding in report} == {"record-anchor"}


def test_the_number_of_reported_faults_is_limited() -> None:
    _, report = read("\0" * 10_000)
    assert len(report) <= 100
    _, report = read("a: *x\n" * 10_000)
    assert len(report) <= 101


def test_a_byte_order_mark_and_windows_line_endings_are_read() -> None:
    record, report = read(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    assert report.ok
    assert record
    assert record.title == "A letter"
    _, report = read(b"\xef\xbb\xbfid: a: b\n")
    assert (report.findings[0].location.line, report.findings[0].location.column) == (1, 6)


def test_a_file_that_is_too_large_is_refused_without_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "record.yaml"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    record, report = read_record(path)
    assert record is None
    assert [finding.code for finding in report] == ["record-too-large"]
    assert f"{RECORD_SIZE.default:,}" in report.findings[0].message
    record, report = read_record(b" " * (RECORD_SIZE.default + 1))
    assert [finding.code for finding in report] == ["record-too-large"]


def test_a_folder_or_pipe_gives_a_finding_and_a_missing_file_raises(tmp_path: Path) -> None:
    for make, code in ((os.mkfifo, "record-no-file"), (Path.mkdir, "record-no-file")):
        path = tmp_path / code / make.__name__
        path.parent.mkdir(exist_ok=True)
        make(path)
        record, report = read_record(path)
        assert (record, report.findings[0].code) == (None, code)
    with pytest.raises(StorageError, match="does not exist"):
        read_record(tmp_path / "absent.yaml")
    with pytest.raises(StorageError):
        read_record("a\0b")


def test_a_folder_with_two_record_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "record.yaml").write_text(SMALL)
    assert load_record(tmp_path).id == "small"
    (tmp_path / "record.json").write_text("{}")
    _, report = read_record(tmp_path)
    assert "record.yaml and record.json" in report.findings[0].message


def test_reading_many_records_continues_after_an_invalid_one(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("id: a\n")
    (tmp_path / "good.yaml").write_text(SMALL)
    found: list[Record] = []
    with pytest.raises(InvalidError) as caught:
        found.extend(
            load_records([tmp_path / "bad.yaml", tmp_path / "good.yaml", tmp_path / "bad.yaml"])
        )
    # The generator raises at its end, so collect its records one by one.
    assert len(caught.value.report) == 4
    good = load_records([tmp_path / "bad.yaml", tmp_path / "good.yaml"])
    assert next(good).id == "small"


def test_an_invalid_record_raises_with_all_findings() -> None:
    with pytest.raises(InvalidError) as caught:
        load_record(FIXTURES / "many-faults.yaml")
    assert caught.value.exit_status == 3
    assert len(caught.value.report) > 10
    assert "more)" in str(caught.value)


@given(st.text(max_size=200) | st.text(alphabet="ab: -\n[]{}'\"#|>&*!%@`\t?,", max_size=60))
def test_any_text_gives_a_record_or_findings(text: str) -> None:
    for name in ("record.yaml", "record.json"):
        try:
            data = text.encode()
        except UnicodeEncodeError:
            return
        record, report = read(data, name)
        assert record is None
        assert not report.ok
        for finding in report:
            assert finding.message


@given(st.binary(max_size=100))
def test_any_bytes_give_a_record_or_findings(data: bytes) -> None:
    assert not read(data)[1].ok


@given(
    st.recursive(
        st.none() | st.text(max_size=5) | st.integers(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["id", "type", "title", "parts", "date", "agents", "at", "x", "edtf"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_gives_a_record_or_findings_with_places(data: Any) -> None:
    record, report = read(json.dumps(data), "record.json")
    if isinstance(data, dict) and record is None:
        assert all(finding.location.line for finding in report)


def test_findings_have_no_control_characters_and_a_limited_length() -> None:
    _, report = read(
        'id: "\\e[2Jx"\n"\\e[31m": x\ntype: "\\a\\u202E"\ntitle: x\nparts: [{"\\e": 1}]\n'
    )
    _, more = read("date: " + "9" * 5000 + "\n" + "k" * 5000 + ": x\n")
    _, json_report = read('{"\\u001b": 1, "\\u001b": 2}', "record.json")
    for finding in [*report, *more, *json_report]:
        for text in (finding.message, finding.hint, finding.location.field):
            assert text.isprintable()
            assert len(text) < 600


def test_faults_after_the_first_thousand_are_only_counted() -> None:
    many = "".join(f"k{n}: x\n" for n in range(3000))
    _, report = read(SMALL + many)
    assert len(report) == 1001
    assert report.findings[-1].code == "record-more-faults"
    assert "2,000 more" in report.findings[-1].message


def test_a_file_with_too_many_values_is_refused() -> None:
    for text, name in (("- a\n" * 300_000, "a.yaml"), (f"[{'1,' * 300_000}1]", "a.json")):
        _, report = read(text, name)
        assert [finding.code for finding in report] == ["record-too-many-values"]
