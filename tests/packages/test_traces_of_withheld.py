"""Test that the search for traces of withheld parts finds all forms of them and nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from archive_pkg.errors import InvalidError
from archive_pkg.packages.access.leaks import Traces, refuse_leaks, refuse_traces
from archive_pkg.packages.access.redaction import public, seen_by
from archive_pkg.packages.access.visibility import withheld
from archive_pkg.records import Record

CLOSED = "The heron told seven millers about nine silver kettles."
NAME = "böse-akten/heron's report 7.txt"
SHUT = {"status": "closed", "rule": "Rule of Quincy"}


def record_of(folder: Path, **more: Any) -> Record:
    """Return a record with an open letter and a closed note, and write their files."""
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
    return Traces(record, public(record, gone, folder), folder, gone)


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
def test_a_trace_is_found_in_every_encoding(tmp_path: Path, how: str, around: str) -> None:
    traces = traces_of(tmp_path)
    assert traces.in_text(around.format(TRACES[how])), how
    assert not any("heron" in what or "böse" in what for what in traces.in_text(TRACES[how]))


def test_invisible_characters_do_not_hide_a_trace(tmp_path: Path) -> None:
    traces = traces_of(tmp_path)
    for sign in "\u00ad\u200b\u200f\u2028\u202e\u2060\u2069\ufeff":
        assert traces.in_text("told seven millers about nine silver".replace(" ", sign)), sign
        # U+2028 ends a line, and so a word.
        assert sign == "\u2028" or traces.in_text(f"bö{sign}se-akten"), sign
    for hyphen in "-\u00ad\u2010\u2011":
        assert traces.in_text(f"told seven mil{hyphen}\n lers about nine silver"), hyphen


def test_letters_that_look_like_latin_letters_count_as_latin(tmp_path: Path) -> None:
    for latin, other in (
        ("abekmhopctyxijsdhlqw", "авекмнорстухіјѕԁһӏԛԝ"),
        ("abehikmvoptyxzlodi", "αβεηικμνορτυχζłøđı"),
    ):
        assert texts_of(tmp_path, "few words", name=f"{latin}.txt").in_text(f"{other}.txt")


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
def test_harmless_words_are_not_traces(tmp_path: Path, text: str) -> None:
    assert traces_of(tmp_path).in_text(text) == []


def test_names_that_open_files_also_have_are_not_traces(tmp_path: Path) -> None:
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


def test_names_in_withheld_statements_are_found_in_the_record(tmp_path: Path) -> None:
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
    assert fields(publications=["The Nightingale file, 1950"]) == ["publications.0.citation"]
    assert fields(custody="A report by an agent, given by Lind.") == []
    assert fields(variant_titles=[f"Found with {SHA256}."]) == ["variant_titles.0"]
    assert fields(custody="By the Rule of Quincy.") == []
    supplied = [{"field": "custody", "basis": "supplied", "agent": "lind"}]
    assert fields(custody="From Secretov.", evidence=supplied) == []


AT = {"part": "letter", "start": 0, "end": 10, "exact": "The plates"}
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
def test_the_name_of_a_withheld_agent_is_found_in_every_form(tmp_path: Path, name: str) -> None:
    words = f"Papers of {name} and others."
    traces = traces_of(tmp_path, agents=AGENTS, sender=["lind"], custody=words)
    assert list(traces.in_record()) == [("custody", "the name of an agent who is withheld")]


@pytest.mark.parametrize(
    ("agent", "shown", "others"),
    [
        # Short words alone are no traces, so that only the whole name is.
        ({"name": "Jan van Qua"}, ["Jan van Qua", "Qua, Jan van", "J. Qua", "Qua J"],
         ["Jan", "van Qua", "Jan Qua", "V. Qua", "Qua V.", "Jan van", "Jan; and Qua"]),
        ({"name": "Qua, Jan van"}, ["Jan van Qua", "QUA JAN VAN", "Q\u00faa, J"], ["van Qua"]),
        ({"name": "Jan Ox", "as_written": "Ivo Bu"}, ["J. Ox", "Ox, J", "Ivo Bu"], ["I. Ox"]),
        ({"name": "Ark Bay Oil", "kind": "organization"}, ["Oil Ark-Bay"], ["A. Oil"]),
        ({"name": "J. U."}, [], ["J. U.", "U. J."]),  # letters that the schema does not have
        ({"name": "Qua"}, [], ["Qua", "Q. Qua"]),
        ({"name": "Quor"}, ["Quor"], ["Quo"]),
        ({"name": "…"}, [], ["…"]),
        ({"name": "Come Plates"}, [], ["Come Plates", "C. Plates"]),  # words of the letter
        ({"name": "김정은"}, ["김정은이 왔다"], ["김정"]),
        ({"name": "毛泽东"}, ["信毛泽东写"], ["毛泽", "毛"]),
    ],
)  # fmt: skip
def test_only_forms_of_a_withheld_agents_full_name_are_traces(
    tmp_path: Path, agent: dict[str, Any], shown: list[str], others: list[str]
) -> None:
    agents = [{"id": "other", "kind": "person"} | agent]
    for words in (*shown, *others):
        found = traces_of(tmp_path, agents=agents, custody=f"Of {words}.").in_record()
        assert bool([*found]) is (words in shown), words


def test_a_chinese_name_is_a_trace_unless_it_is_public(
    tmp_path: Path,
) -> None:
    for said, shows in (("毛 one 泽 two 东", True), ("毛泽东", False)):
        supplied = [{"field": "custody", "basis": "supplied", "agent": "lind"}]
        more = {"agents": AGENTS[2:], "sender": ["lind"], "evidence": supplied, "custody": said}
        found = traces_of(tmp_path, publications=["毛泽东"], **more).in_record()
        assert bool([*found]) is shows, said


@pytest.mark.parametrize("words", ["Lee", "Robertson", "K. Lind", "A. Lind", "R. Leeds", "Quorn"])
def test_parts_of_names_and_other_names_are_not_traces(tmp_path: Path, words: str) -> None:
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
        {"parts": [{"id": "l2", "kind": "scan", "held": False, "note": "After Quornak"}]},
        {"parts": [{"id": "l2", "kind": "scan", "held": False, "method": "Quornak's"}]},
        {"date": {"edtf": "1960", "note": "Quornak's hand"}},
        {"date": {"edtf": "1960", "as_written": "on Quornak's day"}},
        {"received": {"as_written": "Quornak's day"}},
        {"place": {"name": "Quornak"}},
        {"subjects": [{"term": "Wool"}, {"term": "Quornak"}]},
        {
            "mentioned_places": [
                {"name": "X", "identifiers": [{"scheme": "local", "value": "quornak"}]}
            ]
        },
        {"translation_notes": [{"id": "n", "kind": "sic", "at": AT, "text": "Quornak wrote so"}]},
        {"enclosures": [{"id": "e", "title": "On Quornak"}]},
        {"holdings": [{"repository": "Quornak Library"}]},
        {"rights": {"statement": "Ask Quornak"}},
        {"salutation": "Dear Quornak"},
        {"closing": "Quornak"},
        {"classification": {"as_written": "Secret", "caveats": ["Quornak only"]}},
        {
            "classification": {
                "as_written": "S",
                "history": [{"action": "reviewed", "note": "Quornak"}],
            }
        },
        {"events": [{"id": "e", "type": "Quornak's visit"}]},
        {
            "events": [
                {"id": "e", "type": "accession", "objects": ["letter"], "detail": "By Quornak."}
            ]
        },
    ],
    ids=str,
)
def test_a_name_in_a_withheld_title_is_found_in_every_statement(
    tmp_path: Path, more: dict[str, Any]
) -> None:
    quote = {"field": "agents.lind", "basis": "quoted", "at": AT}
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


@pytest.mark.parametrize(
    "said",
    [
        {"title": "Report on Quornak"},
        {"title": "QUORNAK"},
        {"method": "Typed by Quornak"},
        {"note": "Came with Quornak"},
        {"file": "papers/quornak-notes.txt", "held": True},
        {"enclosures": [{"id": "e", "title": "Report on Quornak", "part": "more"}]},
        {"agents": [{"id": "spy", "name": "Quornak", "kind": "person"}]},
        {"agents": [{"id": "spy", "name": "X", "as_written": "Quornak", "kind": "person"}]},
    ],
    ids=str,
)
def test_a_name_that_only_the_description_of_a_withheld_part_has_is_a_trace(
    tmp_path: Path, said: dict[str, Any]
) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers/quornak-notes.txt").write_text("")
    part = {"id": "more", "kind": "enclosure", "held": False, "access": SHUT}
    more = {name: said[name] for name in ("enclosures", "agents") if name in said}
    part |= {name: said[name] for name in said.keys() - more.keys()}
    found = {
        what
        for _, what in traces_of(tmp_path, parts=[part], custody="Of Quornak.", **more).in_record()
    }
    assert len(found) == 1
    assert not any("uornak" in what for what in found)
    assert not list(traces_of(tmp_path, custody="Of Quornak.").in_record())


@pytest.mark.parametrize(
    ("title", "word"),
    [
        ("Quornak", "Quornak"),  # a capital begins every title
        ("Report. Quornak", "Quornak"),
        ("Report on Quor", "Quor"),
        ("Report on quornak", "quornak"),
        ("Report of the Ministry", "Ministry"),
        ("Report on Letter", "letter"),
    ],
)
def test_a_word_of_a_title_that_may_not_be_a_name_is_not_a_trace(
    tmp_path: Path, title: str, word: str
) -> None:
    part = {"id": "more", "kind": "enclosure", "held": False, "access": SHUT, "title": title}
    assert list(traces_of(tmp_path, parts=[part], custody=f"Of {word}.").in_record()) == []


def test_a_capitalised_word_of_five_letters_may_be_a_name(tmp_path: Path) -> None:
    part = {"id": "more", "kind": "enclosure", "held": False, "access": SHUT, "title": "On Quorn"}
    assert list(traces_of(tmp_path, parts=[part], custody="Of Quorn.").in_record())


def test_the_title_of_a_public_enclosure_is_not_a_trace(tmp_path: Path) -> None:
    part = {"id": "more", "kind": "enclosure", "held": False, "access": SHUT}
    enclosures = [{"id": "e", "title": "Report on Quornak", "part": "letter"}]
    traces = traces_of(tmp_path, parts=[part], enclosures=enclosures, custody="Of Quornak.")
    assert list(traces.in_record()) == []


def test_the_id_of_a_withheld_part_is_a_trace_only_in_free_text(tmp_path: Path) -> None:
    (tmp_path / "rep-1.txt").write_text("")
    part = {"id": "rep-1", "kind": "enclosure", "file": "rep-1.txt", "access": SHUT}
    assert list(traces_of(tmp_path, parts=[part]).in_record()) == []
    event = {"id": "e", "type": "accession", "objects": ["letter"], "detail": "See rep-1."}
    more: dict[str, Any] = {"events": [event], "publications": ["One", "Of rep-1"]}
    fields = {field for field, _ in traces_of(tmp_path, parts=[part], **more).in_record()}
    assert fields == {"events.e.detail", "publications.1.citation"}


def test_a_statement_inferred_without_a_quote_does_not_make_its_words_public(
    tmp_path: Path,
) -> None:
    part = {"id": "more", "kind": "enclosure", "held": False, "access": SHUT, "title": "On Quornak"}
    lind = {"id": "lind", "name": "Anna Lind", "kind": "person", "note": "Knew Quornak"}

    def shows(field: str, **evidence: Any) -> bool:
        more: dict[str, Any] = (
            {"custody": "Of Quornak."}
            if field == "custody"
            else {"agents": [lind], "sender": ["lind"]}
        )
        more.setdefault("agents", [lind | {"note": "x"}])
        said = {"field": field, **evidence}
        traces = traces_of(tmp_path, parts=[part], evidence=[said], **more)
        return bool(list(traces.in_record()))

    assert not shows("custody", basis="supplied", agent="lind")
    assert not shows("custody", basis="quoted", at=AT)
    assert not shows("custody", basis="inferred", rule="named-in-text", at=AT)
    assert shows("custody", basis="inferred", rule="named-in-text")
    assert shows("agents.lind", basis="quoted", at=AT), "a quote supports the agent, not her note"
    assert not shows("agents.lind", basis="supplied", agent="lind")
    assert not shows("agents.lind.note", basis="quoted", at=AT)


def test_a_name_that_differs_from_an_open_files_only_in_separators_is_not_a_trace(
    tmp_path: Path,
) -> None:
    other = {"id": "o", "kind": "scan", "file": "heron's-report-7.txt", "media_type": "image/tiff"}
    traces = traces_of(tmp_path, parts=[other])
    assert traces.in_text("see heron's-report-7.txt") == []
    assert traces.in_text("see heron's report 7.txt")


@pytest.fixture
def staged(tmp_path: Path) -> Path:
    """Return the folder of a package without traces."""
    folder = tmp_path / "staged"
    (folder / "data/parts").mkdir(parents=True)
    (folder / "data/record.json").write_text("{}")
    return folder


def leaks(staged: Path, **more: Any) -> list[tuple[str, str]]:
    """Return where the package has traces, and of what."""
    with pytest.raises(
        InvalidError, match="would reveal withheld parts; no package was made"
    ) as caught:
        search(staged, **more)
    assert {finding.code for finding in caught.value.report} == {"withheld-shows"}
    assert "millers" not in json.dumps(caught.value.report.as_json())
    return [(str(finding.location), finding.message) for finding in caught.value.report]


def search(staged: Path, **more: Any) -> None:
    source = staged.parent / "source"
    source.mkdir(exist_ok=True)
    record = record_of(source, **more)
    gone = withheld(record, "public")
    refuse_leaks(staged, record, public(record, gone, source), source, gone)


@pytest.mark.parametrize(
    "place",
    [
        "bagit.txt", "bag-info.txt", "manifest-sha512.txt", "data/README.txt", "data/record.json",
        "data/datapackage.json", "data/tables/letters.csv", "data/parts.csv", "data/partsx/a.txt",
        "exports/record.xml",
    ],
)  # fmt: skip
def test_a_trace_is_found_in_each_file_that_describes_the_package(staged: Path, place: str) -> None:
    search(staged)
    file = staged / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"\xff " + CLOSED.encode() + b" \xfe")
    assert leaks(staged) == [(place, "contains words of a withheld text")]
    sha512 = hashlib.sha512(CLOSED.encode()).hexdigest()
    file.write_text(f"{sha512}  data/a\n{sha512}  data/b\n", encoding="utf-8")
    assert leaks(staged) == [(place, "contains the sha512 of part note")]


def test_the_contents_of_open_parts_are_not_searched_for_traces(staged: Path) -> None:
    (staged / "data/parts/open.txt").write_text(CLOSED)
    (staged / "data/parts/böse-akten").mkdir()
    search(staged)
    (staged / "data/parts/heron's report 7.txt").write_text("")
    (staged / "heron's report 7").write_text("")
    places = ["data/parts/heron's report 7.txt", "heron's report 7"]
    assert leaks(staged) == [(place, "contains the file name of part “note”") for place in places]


def test_a_trace_in_the_record_is_reported_with_its_field(staged: Path) -> None:
    words = "told seven millers about nine silver"
    part = {"id": "copy", "kind": "scan", "held": False, "note": words}
    field = "parts.copy.note"
    assert leaks(staged, parts=[part]) == [(field, "contains words of a withheld text")]
    part["note"] = f"{words}; {NAME}"
    assert leaks(staged, parts=[part], rights={"statement": SHA256}) == [
        (field, "contains the file name of part “note”"),
        (field, "contains words of a withheld text"),
        (field, "contains a word from the file name of part “note”"),
        ("rights.statement", "contains the sha256 of part note"),
    ]


DIGESTS = ["md5", "sha1", "sha256", "sha512"]


@pytest.mark.parametrize("algorithm", DIGESTS)
def test_each_digest_is_found_in_hexadecimal_and_base64(tmp_path: Path, algorithm: str) -> None:
    traces = traces_of(tmp_path)
    digest = hashlib.new(algorithm, CLOSED.encode())
    url = base64.urlsafe_b64encode(digest.digest()).decode()
    forms = [digest.hexdigest(), base64.b64encode(digest.digest()).decode(), url, url.rstrip("=")]
    for form in forms:
        assert traces.in_text(f"etag={form};") == [f"the {algorithm} of part note"]
        assert traces.in_text(form) == [f"the {algorithm} of part note"]
        assert traces.in_text(f"{'A' * 25} {form}") == [f"the {algorithm} of part note"]
    assert traces.in_text(f"0{digest.hexdigest()}") == []
    assert traces.in_text(f"{digest.hexdigest()}a") == []


@pytest.mark.parametrize(
    ("text", "shows"),
    [
        ("/heron's report 7.txt", True),
        ("a/heron's report 7.txt#x", True),
        ("(heron's report 7)", True),
        ("xheron's report 7.txt", False),
        ("heron's report 7x", False),
        ("heron's report 70", False),
        ("x-heron's report 7", False),
        ("the heron told seven millers about", True),
        ("The heron told seven millers", False),
        ("millers about nine silver kettles.", False),
        ("told... seven/millers:about (nine) silver", True),
    ],
)
def test_names_are_traces_only_as_complete_words_and_texts_only_as_six_words_in_a_row(
    tmp_path: Path, text: str, shows: bool
) -> None:
    assert bool(traces_of(tmp_path).in_text(text)) is shows


def texts_of(
    folder: Path, closed: str, opened: str = "", *, encoding: str = "utf-8", name: str = "n.txt"
) -> Traces:
    """Return the traces of a closed text of which an open text may have words."""
    (folder / "letter.txt").write_text(opened, encoding="utf-8")
    (folder / name).write_text(closed, encoding=encoding)
    closed_ = {"status": "closed", "rule": "r"}
    note = {
        "id": "note",
        "kind": "enclosure",
        "file": name,
        "encoding": encoding,
        "access": closed_,
    }
    parts = [{"id": "letter", "kind": "original", "file": "letter.txt"}, note]
    data = {"id": "x", "type": "letter", "title": "X", "parts": parts}
    record = Record.model_validate(data)
    gone = withheld(record, "public")
    return Traces(record, public(record, gone, folder), folder, gone)


@pytest.mark.parametrize(
    ("closed", "encoding"),
    [
        ("Цапля рассказала семи мельникам о чайнике", "utf-8"),
        ("Цапля рассказала семи мельникам о чайнике", "cp1251"),
        ("Bär erzählte sieben Müllern von neun", "latin-1"),
        ("Bär erzählte sieben Müllern von neun", "utf-16"),
        ("对七个磨坊主", "gb18030"),
        ("は七人の粉屋", "utf-8"),
        ("일곱 방앗간 주인에게 아홉 은주전자를 팔았다", "utf-8"),
    ],
)
def test_six_words_in_a_row_of_a_text_in_any_script_and_encoding_are_a_trace(
    tmp_path: Path, closed: str, encoding: str
) -> None:
    traces = texts_of(tmp_path, closed, encoding=encoding)
    for seen in (closed, f"… {closed.upper()}!", closed.replace(" ", ",\n")):
        assert traces.in_text(seen) == ["words of a withheld text"]
    five = closed.rpartition(" ")[0] or closed[:-1]
    assert traces.in_text(five) == []


def test_six_chinese_characters_in_a_row_are_a_trace(tmp_path: Path) -> None:
    traces = texts_of(tmp_path, "鹭鸶对七个磨坊主说起九把银壶")
    for text in ("信：对七个磨坊主。", "起九把银壶", "鹭鸶对七个磨", "对七个，磨坊 主"):
        assert bool(traces.in_text(text)) is (text != "起九把银壶"), text
    assert traces.in_text("对七个磨坊") == []


def test_words_that_an_open_text_also_has_are_not_a_trace(tmp_path: Path) -> None:
    closed = "one two three four five six seven"
    assert texts_of(tmp_path, closed, "zero one two three four five six").in_text(closed) != []
    assert texts_of(tmp_path, closed, closed).in_text(closed) == []


def test_an_undecodable_text_does_not_stop_the_search_for_others(tmp_path: Path) -> None:
    (tmp_path / "odd.txt").write_bytes(b"\xff")
    odd = {"id": "odd", "kind": "enclosure", "file": "odd.txt", "access": SHUT}
    data = record_of(tmp_path).model_dump(exclude_unset=True, mode="json")
    record = Record.model_validate(data | {"parts": [odd, *data["parts"]]})
    gone = withheld(record, "public")
    assert Traces(record, public(record, gone, tmp_path), tmp_path, gone).in_text(CLOSED)


@pytest.mark.parametrize(
    ("name", "traces", "others"),
    [
        ("a_b&c#7.txt", ["a\\_b\\&c\\#7.txt", "A_B&C#7"], ["a", "b&c"]),
        ("a%$1{}~^.txt", ["a\\%\\$1\\{\\}\\~\\^.txt"], ["a%$"]),
        ("secret/report.txt", ["secret/report.txt", "report.txt"], ["secret", "report"]),
        ("se-cret/report9.txt", ["se-cret", "report9"], ["cret"]),
        ("ab1/cd2.t", ["ab1/cd2.t", "cd2.t"], ["ab1", "cd2"]),
        ("abc1/cd2.t", ["abc1"], ["cd2"]),
        ("rep-1.txt", ["rep-1", "rep 1.txt"], ["rep 1"]),
        ("x-2001.txt", ["x-2001", "x 2001.txt"], ["x 2001"]),
        ("quor-1.txt", ["quor-1", "quor_1"], ["quor"]),
    ],
)
def test_distinctive_names_in_the_path_of_a_withheld_file_are_traces(
    tmp_path: Path, name: str, traces: list[str], others: list[str]
) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    found = texts_of(tmp_path, "few words", name=name)
    for text in traces:
        assert found.in_text(f"see {text} there") == ["the file name of part “note”"], text
    for text in others:
        assert found.in_text(f"see {text} there") == [], text


def test_documents_for_the_internal_audience_are_not_searched_for_traces(tmp_path: Path) -> None:
    outgoing = seen_by(record_of(tmp_path), "public", tmp_path)
    with pytest.raises(InvalidError, match="would reveal"):
        refuse_traces(outgoing, tmp_path, {"page": CLOSED}, "nothing was written")
    refuse_traces(outgoing, tmp_path, {"page": "The plates have come."}, "nothing was written")
    everything = seen_by(record_of(tmp_path), "internal", tmp_path)
    refuse_traces(everything, tmp_path, {"page": CLOSED}, "nothing was written")
