"""The last search of what goes out: it finds traces however they are written, and only traces."""

from __future__ import annotations

import base64
import hashlib
import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from archive_pkg.errors import InvalidError
from archive_pkg.packages.access import withheld
from archive_pkg.packages.audience import public, seen_by
from archive_pkg.packages.leaks import Traces, refuse_leaks, refuse_traces
from archive_pkg.records import Record

CLOSED = "The heron told seven millers about nine silver kettles."
NAME = "böse-akten/heron's report 7.txt"


def record_of(folder: Path, **more: Any) -> Record:
    """A record with an open letter and a closed note, whose files are in a folder."""
    for name, text in (("open/letter.txt", "The plates have come."), (NAME, CLOSED)):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    closed = {"status": "closed", "rule": "Rule of Quincy"}
    data: dict[str, Any] = {
        "id": "x",
        "type": "letter",
        "title": "X",
        "parts": [
            {"id": "letter", "kind": "original", "file": "open/letter.txt"},
            {"id": "note", "kind": "enclosure", "file": NAME, "access": closed},
        ],
    }
    parts = more.pop("parts", [])
    data["parts"] += parts
    return Record.model_validate(data | more)


def traces_of(folder: Path, **more: Any) -> Traces:
    record = record_of(folder, **more)
    gone = withheld(record, "public")
    return Traces(record, public(record, gone), folder, gone)


SHA256 = hashlib.sha256(CLOSED.encode()).hexdigest()
TRACES = {
    "path": NAME,
    "name": "heron's report 7.txt",
    "without its ending": "heron's report 7",
    "folder": "böse-akten",
    "decomposed": unicodedata.normalize("NFD", "böse-akten"),
    "capitals": "BÖSE-AKTEN",
    "percent": "b%C3%B6se-akten/heron%27s%20report%207.txt",
    "named": "b&ouml;se-akten",
    "decimal": "heron&#39;s report 7.txt",
    "hexadecimal": "b&#xF6;se-akten",
    "json": "b\\u00f6se-akten",
    "base64": base64.b64encode("in the folder böse-akten/".encode()).decode(),
    "sha256": SHA256,
    "sha256 in capitals": SHA256.upper(),
    "sha256 in base64": base64.b64encode(bytes.fromhex(SHA256)).decode(),
    "md5": hashlib.md5(CLOSED.encode()).hexdigest(),
    "words": "told seven millers about nine silver",
    "words in JSON": "told seven\\nmillers\\tabout nine\\r\\nsilver",
    "soft hyphens": "b\u00f6se-ak\u00adten",
    "other hyphen": "böse\u2011akten",
    "minus sign": "böse\u2212akten",
    "underscores": "heron's_report_7.txt",
    "no separators": "heron'sreport7",
    "space for a hyphen": "böse akten",
    "full width": "ｈｅｒｏｎ＇ｓ ｒｅｐｏｒｔ ７．ｔｘｔ",
    "without accents": "bose-akten",
    "direction marks": "\u202bböse-\u2066akten",
    "words with soft hyphens": "told se\u00adven mil\u00adlers ab\u00adout nine sil\u00adver",
    "words between zero-width spaces": "told seven millers about nine silver".replace(
        " ", "\u200b"
    ),
    "words in full width": "ｔｏｌｄ ｓｅｖｅｎ ｍｉｌｌｅｒｓ ａｂｏｕｔ ｎｉｎｅ ｓｉｌｖｅｒ",
    "words broken at line ends": "told seven mil-\nlers about nine sil-\r\nver",
    "words with Cyrillic letters": "tоld sеven millеrs аbout nine silvеr",
    "words over lines": "told seven\n<br/>\tmillers,\nabout nine SILVER",
}


@pytest.mark.parametrize("how", TRACES)
@pytest.mark.parametrize("around", ["{}", "see {} there", '{{"path": "{}"}}', "<a>{}</a>"])
def test_a_trace_is_found_however_it_is_written(tmp_path: Path, how: str, around: str) -> None:
    traces = traces_of(tmp_path)
    assert traces.in_text(around.format(TRACES[how])), how
    assert not any("heron" in what or "böse" in what for what in traces.in_text(TRACES[how]))


@pytest.mark.parametrize(
    "text",
    [
        "told seven millers about nine",  # five words in a row are in many texts
        "a report of 7 pages",
        "letter.txt",
        "open/letter.txt",
        SHA256[:32],
        "the note, closed (Rule of Quincy)",
    ],
)
def test_what_is_no_trace_is_none(tmp_path: Path, text: str) -> None:
    assert traces_of(tmp_path).in_text(text) == []


def test_names_that_open_files_have_too_are_no_traces(tmp_path: Path) -> None:
    other = {
        "id": "scan",
        "kind": "scan",
        "file": "böse-akten/scan.tif",
        "media_type": "image/tiff",
    }
    (tmp_path / "böse-akten").mkdir()
    (tmp_path / "böse-akten/scan.tif").write_bytes(b"")
    traces = traces_of(tmp_path, parts=[other])
    assert traces.in_text("böse-akten/scan.tif") == []
    assert traces.in_text(NAME)


def test_names_of_what_was_taken_out_are_found_in_the_record(tmp_path: Path) -> None:
    def fields(**more: Any) -> list[str]:
        titled = {
            "id": "more",
            "kind": "enclosure",
            "held": False,
            "title": "Report on agent NIGHTINGALE by Moser",
            "access": {"status": "closed", "rule": "Rule of Quincy"},
        }
        spy = {"id": "spy", "name": "Igor Secretov", "kind": "person"}
        lind = {"id": "lind", "name": "Anna Lind", "kind": "person"}
        traces = traces_of(tmp_path, parts=[titled], agents=[spy, lind], sender=["lind"], **more)
        return sorted({field for field, _ in traces.in_record()})

    assert fields() == []
    assert fields(custody="From the estate of I. Secretov.") == ["custody"]
    assert fields(publications=["The Nightingale file, 1950"]) == ["publications.0"]
    assert fields(custody="A report by an agent, given by Lind.") == []
    assert fields(custody=f"Found with {NAME}.") == ["custody"]
    assert fields(custody="By the Rule of Quincy.") == []
    supplied = [{"field": "custody", "basis": "supplied", "agent": "lind"}]
    assert fields(custody="From Secretov.", evidence=supplied) == []


AGENTS = [
    {"id": "quornak", "name": "Zbigniew Quornak", "kind": "person"},
    {"id": "lee", "name": "Lee, Robert", "kind": "person"},
    {"id": "mao", "name": "毛泽东", "kind": "person"},
    {"id": "lind", "name": "Anna Lind", "kind": "person", "as_written": "Lind"},
]


@pytest.mark.parametrize(
    "name",
    [
        "Zbigniew Quornak",
        "QUORNAK, Zbigniew",
        "Z. Quornak",
        "ZbigniewQuornak",
        "Quor\u00adnak",
        "Quor\u200bnak",
        "Zbigniew\u200bQuornak",
        "Ｑｕｏｒｎａｋ",
        "Quоrnаk",  # with Cyrillic letters
        "Quórnak",
        "&#81;uornak",
        "R. Lee",
        "Lee, R.",
        "毛泽东",
    ],
)
def test_the_name_of_a_withheld_agent_is_found_however_it_is_written(
    tmp_path: Path, name: str
) -> None:
    words = f"Papers of {name} and others."
    traces = traces_of(tmp_path, agents=AGENTS, sender=["lind"], custody=words)
    assert list(traces.in_record()) == [("custody", "the name of an agent who is withheld")]


@pytest.mark.parametrize("words", ["Lee", "Robertson", "K. Lind", "A. Lind", "R. Leeds", "Quorn"])
def test_parts_of_names_and_other_names_are_no_traces(tmp_path: Path, words: str) -> None:
    traces = traces_of(tmp_path, agents=AGENTS, sender=["lind"], custody=f"Papers of {words}.")
    assert list(traces.in_record()) == []


@pytest.mark.parametrize(
    "more",
    [
        {"variant_titles": ["The Quornak affair"]},
        {"custody": "Came with the file about Quornak."},
        {"publications": ["On Quornak, 1950"]},
        {"summary": {"text": "What Quornak did."}},
        {"agents": [AGENTS[0], AGENTS[3] | {"note": "Knew Quornak"}]},
        {"agents": [AGENTS[0], AGENTS[3] | {"role": "friend of Quornak"}]},
        {"evidence": [{"note": "So says Quornak."}]},
        {"parts": [{"id": "l2", "kind": "scan", "held": False, "title": "Scan, Quornak"}]},
    ],
    ids=str,
)
def test_a_name_in_a_withheld_title_is_found_in_every_statement(
    tmp_path: Path, more: dict[str, Any]
) -> None:
    exact = "The plates"
    quote = {
        "field": "agents.lind", "basis": "quoted",
        "at": {"part": "letter", "start": 0, "end": len(exact), "exact": exact},
    }  # fmt: skip
    quote |= more.get("evidence", [{}])[0]
    titled = {
        "id": "more",
        "kind": "enclosure",
        "held": False,
        "title": "Report on Quornak in March",
        "access": {"status": "closed", "rule": "Rule of Quincy"},
    }
    base = {"agents": [AGENTS[0], AGENTS[3]], "sender": ["lind"], "custody": "Bought in March."}
    base |= more | {"parts": [titled, *more.get("parts", [])], "evidence": [quote]}
    found = list(traces_of(tmp_path, **base).in_record())
    assert len({field for field, _ in found}) == 1


def test_other_separators_in_an_open_file_name_are_no_trace(tmp_path: Path) -> None:
    other = {"id": "o", "kind": "scan", "file": "heron's-report-7.txt", "media_type": "image/tiff"}
    traces = traces_of(tmp_path, parts=[other])
    assert traces.in_text("see heron's-report-7.txt") == []
    assert traces.in_text("see heron's report 7.txt")


def test_a_leak_in_a_package_is_refused_with_its_place_and_not_repeated(tmp_path: Path) -> None:
    source, staged = tmp_path / "source", tmp_path / "staged"
    (staged / "data/parts").mkdir(parents=True)
    source.mkdir()
    record = record_of(source)
    gone = withheld(record, "public")
    clean = public(record, gone)
    (staged / "data/record.json").write_text("{}")
    refuse_leaks(staged, record, clean, source, gone)
    (staged / "data/index.html").write_text(f"<p>{CLOSED}</p>")
    (staged / "data/parts/heron's report 7.txt").write_text("")
    with pytest.raises(InvalidError) as refusal:
        refuse_leaks(staged, record, clean, source, gone)
    places = [str(finding.location) for finding in refusal.value.report]
    assert places == ["data/index.html", "data/parts/heron's report 7.txt"]
    assert "millers" not in json.dumps(refusal.value.report.as_json())


def test_documents_are_searched_only_where_something_was_taken_out(tmp_path: Path) -> None:
    outgoing = seen_by(record_of(tmp_path), "public")
    with pytest.raises(InvalidError, match="would show"):
        refuse_traces(outgoing, tmp_path, {"page": CLOSED}, "nothing was written")
    refuse_traces(outgoing, tmp_path, {"page": "The plates have come."}, "nothing was written")
    everything = seen_by(record_of(tmp_path), "internal")
    refuse_traces(everything, tmp_path, {"page": CLOSED}, "nothing was written")
