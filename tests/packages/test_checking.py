"""Test that a check reports every fault of a record with its place and a hint."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from archive_pkg.collection import Done, check_one, marking_duplicate_ids
from archive_pkg.collection.bulk.for_each import Pace
from archive_pkg.errors import StorageError, UsageError
from archive_pkg.packages import check
from archive_pkg.packages.checking import files as file_checks
from archive_pkg.packages.checking import texts as text_checks
from archive_pkg.packages.checking.runner import Files
from archive_pkg.records import Record
from archive_pkg.reports import Finding, Severity
from program import Run

TEXT = "letter-1960-07-18.txt"
GOLDEN = Path(__file__).parents[2] / "packages" / "1960-07-18-cpsu-to-sed"


def codes(path: Path) -> list[str]:
    return [finding.code for finding in check(path)]


def only(path: Path, code: str) -> Finding:
    (finding,) = [finding for finding in check(path) if finding.code == code]
    return finding


def edit(letter: Path, old: str, new: str) -> None:
    file = letter / "record.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_first_letter_has_no_errors_or_warnings(letter: Path) -> None:
    report = check(letter)
    assert report.ok
    assert not report.of(Severity.WARNING)
    advice = {finding.code for finding in report}
    assert advice == {"agent-without-authority"}


def test_the_summary_counts_errors_warnings_and_advice(letter: Path, run: Run) -> None:
    assert run("check", letter).stdout.startswith(f"{letter}: valid; 3 pieces of advice\n")
    (letter / "other.txt").write_text("X")
    (letter / TEXT).unlink()
    counts = "1 error, 1 warning, 3 pieces of advice"
    assert run("check", letter).stdout.startswith(f"{letter}: not valid; {counts}\n")


def test_checking_a_file_and_its_folder_gives_the_same_findings(letter: Path) -> None:
    assert codes(letter) == codes(letter / "record.yaml")


@pytest.mark.parametrize("named", ["", "data", "data/record.json"])
@pytest.mark.parametrize("command_line", [["check"], ["build", "--out", "elsewhere"]])
def test_a_package_given_to_check_or_build_is_called_a_package_not_an_invalid_record(
    named: str, command_line: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(GOLDEN, tmp_path / "packages" / GOLDEN.name)
    path = Path("packages", GOLDEN.name, named)
    done = run(*command_line, str(path))
    assert done.returncode == 2
    assert "a package, not a record" in done.stderr
    assert f"archive-pkg verify packages/{GOLDEN.name}\n" in done.stderr
    assert "missing" not in done.stdout + done.stderr
    assert "valid" not in done.stdout + done.stderr


def test_the_hint_for_a_folder_of_packages_is_to_verify_them(tmp_path: Path) -> None:
    shutil.copytree(GOLDEN, tmp_path / "packages" / "1960" / GOLDEN.name)
    with pytest.raises(UsageError, match=f"packages such as .*{GOLDEN.name}") as caught:
        check(tmp_path / "packages")
    assert caught.value.hint == f"Check them with archive-pkg verify {tmp_path}/packages"


def test_a_record_in_the_payload_of_an_ordinary_bag_is_checked(
    letter: Path, tmp_path: Path
) -> None:
    bag = tmp_path / "bag"
    shutil.copytree(letter, bag / "data")
    (bag / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    assert check(bag / "data").ok


def test_a_missing_part_is_reported(letter: Path) -> None:
    (letter / TEXT).unlink()
    finding = only(letter, "part-missing")
    assert finding.severity is Severity.ERROR
    assert TEXT in finding.message
    assert "held: false" in finding.hint


def test_a_changed_part_and_its_moved_quotes_are_reported(letter: Path) -> None:
    text = (letter / TEXT).read_text(encoding="utf-8")
    (letter / TEXT).write_text("Very " + text, encoding="utf-8")
    report = check(letter)
    found = {finding.code for finding in report.errors}
    assert found == {"part-changed", "quote-moved"}
    moved = [f for f in report if f.code == "quote-moved" and "18 July 1960" in f.message]
    assert "Write start: 5085 and end: 5097." in moved[0].hint


def test_a_quote_whose_words_are_not_in_the_text_is_reported(letter: Path) -> None:
    edit(letter, '"[lozhnom polozhenii]"', '"[lozhnom polozhenie]"')
    finding = only(letter, "quote-moved")
    assert "does not contain these words" in finding.hint
    assert finding.location.offset == 3661
    assert finding.location.field == "translation_notes.lozhnom-polozhenii.at"


def test_the_message_about_a_long_quote_shows_where_it_differs(letter: Path) -> None:
    text = (letter / TEXT).read_text(encoding="utf-8")
    text = text.replace("Soviet specialists that had", "Soviet Specialists that had")
    (letter / TEXT).write_text(text, encoding="utf-8")
    assert any(
        "has “…" in finding.message and " Specialists" in finding.message.partition("not")[0]
        for finding in check(letter)
        if finding.code == "quote-moved"
    )


def test_a_quote_with_a_different_context_is_reported(letter: Path) -> None:
    edit(letter, 'prefix: "specialists, as already "', 'prefix: "specialists, as ALREADY "')
    finding = only(letter, "quote-moved")
    assert "around" in finding.message
    assert finding.hint == "Correct the prefix and suffix of the quote."


def test_a_span_that_ends_after_the_text_is_reported(letter: Path) -> None:
    edit(letter, "{start: 5094, end: 5530}", "{start: 5094, end: 5531}")
    assert only(letter, "span-beyond-text").location.field == "parts.summary.span"


def test_a_part_that_is_a_link_is_reported(letter: Path, tmp_path: Path) -> None:
    shutil.move(letter / TEXT, tmp_path / "elsewhere.txt")
    (letter / TEXT).symlink_to(tmp_path / "elsewhere.txt")
    assert "part-not-a-file" in codes(letter)


def test_a_part_that_is_a_pipe_is_reported_without_waiting(letter: Path) -> None:
    (letter / TEXT).unlink()
    os.mkfifo(letter / TEXT)
    assert "part-not-a-file" in codes(letter)


@pytest.mark.parametrize("path", ["../secret.txt", "/etc/passwd", "a/../../b.txt", "C:\\x.txt"])
def test_a_part_outside_the_folder_is_refused(letter: Path, path: str) -> None:
    edit(letter, f"file: {TEXT}", f"file: '{path}'")
    report = check(letter)
    assert not report.ok
    assert any(finding.location.field == "parts.letter.file" for finding in report.errors)


def test_a_text_in_another_encoding_is_reported_with_its_byte(letter: Path) -> None:
    data = "Секретно\nтекст".encode("cp1251")
    (letter / "other.txt").write_bytes(data)
    edit(
        letter,
        "parts:\n",
        "parts:\n  - {id: other, kind: transcription, file: other.txt, media_type: text/plain}\n",
    )
    finding = only(letter, "text-undecodable")
    assert finding.location.byte == 0
    assert (letter / "other.txt").read_bytes() == data
    edit(letter, "file: other.txt", "file: other.txt, encoding: windows-1251")
    assert "text-undecodable" not in codes(letter)
    edit(letter, "windows-1251", "klingon")
    assert "encoding-unknown" in codes(letter)


def test_a_byte_order_mark_does_not_shift_the_offsets_of_quotes(letter: Path) -> None:
    data = (letter / TEXT).read_bytes()
    (letter / TEXT).write_bytes(b"\xef\xbb\xbf" + data)
    assert {finding.code for finding in check(letter).errors} == {"part-changed"}


def test_an_empty_file_is_reported(letter: Path) -> None:
    (letter / TEXT).write_bytes(b"")
    assert {"part-empty", "part-changed", "quote-moved"} <= set(codes(letter))


def test_a_statement_without_evidence_is_a_warning(letter: Path) -> None:
    edit(letter, "salutation:", "place: {name: Moscow}\nsalutation:")
    finding = only(letter, "statement-unsourced")
    assert finding.severity is Severity.WARNING
    assert finding.location.field == "place"


def test_a_file_that_no_part_names_is_reported(letter: Path) -> None:
    (letter / "scan.tif").write_bytes(b"II*\0")
    assert "scan.tif" in only(letter, "file-not-in-record").message


def test_the_current_folder_is_checked_like_any_folder(
    letter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (letter / "scan.tif").write_bytes(b"II*\0")
    elsewhere = [(f.code, f.message) for f in check(letter)]
    monkeypatch.chdir(letter)
    assert [(f.code, f.message) for f in check(Path())] == elsewhere


def test_a_level_that_is_not_in_the_vocabulary_is_reported(letter: Path) -> None:
    edit(letter, "level: top-secret", "level: very-secret")
    assert only(letter, "classification-level-unknown").severity is Severity.ERROR


@pytest.mark.parametrize(
    ("written", "changed", "reported"),
    [
        ("1960-07-18", "1960-07-17", True),
        ("1960-07-18", "1960-07-18", False),
        ("1960-07-18", "1960-07", False),
        ("1960-07-18", "1960-06", True),
        ("1960-07-18", "196X", False),
        ("1960-07-18", "195X", True),
        ("1960-07-18", "1959~", False),
        ("1960?", "1959", False),
        ("1959/1961", "1960", False),
        ("1959/1961", "1958", True),
        ("[1959..1961]", "1957/1958", True),
        ("1959/1961", "1957/..", False),
        ("../1961", "1958", False),
    ],
)
def test_a_change_of_classification_before_the_document_is_reported(
    letter: Path, written: str, changed: str, reported: bool
) -> None:
    edit(letter, "date:\n  edtf: 1960-07-18", f"date:\n  edtf: '{written}'")
    change = f"history: [{{action: declassified, date: {{edtf: '{changed}'}}}}]\n"
    edit(letter, "classification:\n", f"classification:\n  {change}")
    found = [f for f in check(letter) if f.code == "reclassified-before-the-letter"]
    assert [(f.severity, f.location.field) for f in found] == [
        (Severity.WARNING, "classification.history.0.date")
    ] * reported
    assert all(f.location.line for f in found)
    assert [f.message for f in found] == [
        f"the change “declassified” is dated {changed}, but the document is dated {written}"
    ] * reported


def checked(*paths: Path) -> list[Done]:
    with marking_duplicate_ids() as marked:
        return [marked(check_one(path, Pace(0))) for path in paths]


def test_two_records_with_the_same_id_are_reported(letter: Path) -> None:
    twin = letter.with_name("twin")
    shutil.copytree(letter, twin)
    one, again, other = checked(letter, letter, twin)
    assert (one.status, again.status, other.status) == (0, 0, 3)
    assert {"record-id-twice", "folder-named-otherwise"} <= {each.code for each in other.findings}
    (twice,) = (each for each in other.findings if each.code == "record-id-twice")
    assert (twice.location.path, twice.location.field) == (str(twin), "id")


def test_two_records_whose_ids_differ_only_in_case_are_reported(letter: Path) -> None:
    twin = letter.with_name("twin")
    shutil.copytree(letter, twin)
    edit(twin, "cpsu-to-sed", "CPSU-to-SED")
    _, other = checked(letter, twin)
    [finding] = [finding for finding in other.findings if finding.code == "record-ids-alike"]
    assert "1960-07-18-cpsu-to-sed of" in finding.message
    assert (finding.location.path, finding.location.field) == (str(twin), "id")
    assert other.status == 0


def test_a_file_without_permission_is_reported(letter: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    (letter / TEXT).chmod(0)
    assert "part-unreadable" in codes(letter)


def test_a_part_that_is_a_link_is_reported_without_an_error_number(
    letter: Path, tmp_path: Path
) -> None:
    text = letter / "letter-1960-07-18.txt"
    text.rename(tmp_path / "elsewhere.txt")
    text.symlink_to(tmp_path / "elsewhere.txt")
    (found,) = (one for one in check(letter) if one.code == "part-not-a-file")
    assert "Errno" not in found.message
    assert "a link" in found.message


def missing(**record: object) -> list[tuple[str, str]]:
    data = {"id": "x", "type": "letter", "title": "X", **record}
    return [
        (finding.location.field, finding.message)
        for finding in check(Record.model_validate(data))
        if finding.code == "statement-missing"
    ]


def test_the_statements_that_a_record_should_have_depend_on_its_type() -> None:
    agents = [{"id": "a", "name": "A", "kind": "person"}]
    said = "the record does not state the"
    assert missing(sender=["a"], agents=agents) == [
        ("recipients", f"{said} recipients"),
        ("date", f"{said} date"),
    ]
    talk = {"type": "memorandum-of-conversation", "agents": agents, "sender": ["a"]}
    assert missing(**talk) == [
        ("participants", f"{said} participants"),
        ("recorded", f"{said} recorded"),
    ]
    held = {"participants": [{"agent": "a"}], "recorded": {"place": {"name": "Exton"}}}
    assert missing(**talk, **held) == []
    own = {"label": "Plan", "definition": "A plan.", "like": "report"}
    assert missing(type="plan", own_type=own, date="1961") == [
        ("authors", f"{said} authors or sender")
    ]


def test_the_quote_of_an_items_heading_is_checked(letter: Path) -> None:
    at = {"part": "letter", "start": 0, "end": 3, "exact": "xyz"}
    edit(
        letter,
        "\nrights:",
        f"\nitems:\n  - {{id: one, title: One, at: {json.dumps(at)}}}\n\nrights:",
    )
    assert only(letter, "quote-moved").location.field == "items.one.at"


TITLED = {"id": "x", "type": "letter", "title": "X"}


def findings(
    code: str, *parts: Mapping[str, object], files: Files | None = None, **more: object
) -> list[Finding]:
    """Return the findings of one kind for a record whose parts are in a.txt by default."""
    texts = [{"kind": "transcription", "file": "a.txt", **part} for part in parts]
    record = Record.model_validate(TITLED | {"parts": texts} | more)
    return [found for found in check(record, files) if found.code == code]


def places(
    code: str, *parts: Mapping[str, object], files: Files | None = None, **more: object
) -> list[str]:
    return [found.location.field for found in findings(code, *parts, files=files, **more)]


def test_the_checksum_of_every_part_in_a_file_is_compared() -> None:
    right, wrong = hashlib.sha256(b"text").hexdigest(), "0" * 64
    parts = [
        {"id": "a", "sha256": right},
        {"id": "b", "sha256": wrong},
        {"id": "c"},
        {"id": "d", "sha256": wrong},
    ]
    files = {"a.txt": b"text"}
    assert places("part-changed", *parts, files=files) == ["parts.b.sha256", "parts.d.sha256"]
    assert places("part-without-digest", *parts, files=files) == ["parts.c.sha256"]


def test_the_span_of_every_part_in_a_file_is_checked() -> None:
    parts = [{"id": f"to-{end}", "span": {"start": 0, "end": end}} for end in (5, 4, 6)]
    found = findings("span-beyond-text", *parts, files={"a.txt": b"text"})
    assert [(one.location.field, one.location.offset) for one in found] == [
        ("parts.to-5.span", 5),
        ("parts.to-6.span", 6),
    ]


def test_the_quotes_from_every_part_in_a_file_are_checked() -> None:
    at = {"start": 0, "end": 4, "exact": "text"}
    notes: list[dict[str, Any]] = [
        {"id": name, "kind": "sic", "at": at | {"part": name}} for name in "abc"
    ]
    notes[1]["at"]["exact"] = notes[2]["at"]["exact"] = "Text"
    found = places(
        "quote-moved",
        *({"id": n} for n in "abc"),
        files={"a.txt": b"text"},
        translation_notes=notes,
    )
    assert found == ["translation_notes.b.at", "translation_notes.c.at"]


def test_a_text_is_decoded_as_each_part_in_its_file_declares() -> None:
    parts = [
        {"id": "a"},
        {"id": "b", "encoding": "windows-1251"},
        {"id": "c", "encoding": "iso-8859-1"},
        {"id": "d", "encoding": "klingon"},
        {"id": "e", "encoding": "base64"},
    ]
    files = {"a.txt": "я".encode("cp1251")}
    quote = {"start": 0, "end": 1, "exact": "я"}
    notes = [{"id": name, "kind": "sic", "at": quote | {"part": name}} for name in "bc"]
    (undecodable,) = findings("text-undecodable", *parts, files=files, translation_notes=notes)
    assert (undecodable.location.field, undecodable.location.byte) == ("parts.a.file", 0)
    assert "parts.a.encoding" in undecodable.hint
    for code, found in (
        ("encoding-unknown", ["parts.d.file", "parts.e.file"]),
        ("quote-moved", ["translation_notes.c.at"]),
    ):
        assert places(code, *parts, files=files, translation_notes=notes) == found


def quoted(text: str, start: int, exact: str, **context: str) -> list[Finding]:
    """Return the findings for a quote in a text."""
    at = {"part": "a", "start": start, "end": start + len(exact), "exact": exact, **context}
    note = {"id": "n", "kind": "sic", "at": at}
    files = {"a.txt": text.encode()}
    return findings("quote-moved", {"id": "a"}, files=files, translation_notes=[note])


@pytest.mark.parametrize("context", [{"prefix": "A "}, {"suffix": " sits"}, {"suffix": " sat. It"}])
def test_different_words_before_or_after_a_quote_are_reported(context: dict[str, str]) -> None:
    right = {"prefix": "The ", "suffix": " sat."}
    assert not quoted("The cat sat.", 4, "cat", **right)
    (found,) = quoted("The cat sat.", 4, "cat", **right | context)
    assert found.message == "the words around “cat” in a.txt differ from the record's"
    assert found.hint == "Correct the prefix and suffix of the quote."


@pytest.mark.parametrize(
    ("start", "context", "hint"),
    [
        (1, {}, "Write start: 0 and end: 2."),
        (5, {}, "Write start: 6 and end: 8."),
        (10, {}, "Write start: 9 and end: 11."),
        (30, {}, "Write start: 9 and end: 11."),
        (6, {"prefix": "x"}, "Correct the prefix and suffix of the quote."),
        (3, {"prefix": ". "}, "Write start: 6 and end: 8."),
        (8, {"prefix": " "}, "Write start: 9 and end: 11."),
        (0, {"suffix": "!"}, "Write start: 9 and end: 11."),
        (0, {"prefix": " "}, "Write start: 6 and end: 8."),
        (7, {"prefix": " "}, "Write start: 6 and end: 8."),
    ],
)
def test_the_hint_for_a_moved_quote_names_the_nearest_place_of_its_words(
    start: int, context: dict[str, str], hint: str
) -> None:
    (found,) = quoted("no .. no no!", start, "no", **context)
    assert found.hint == hint


def test_everything_in_a_records_folder_that_no_part_names_is_reported(letter: Path) -> None:
    (letter / "notes" / "old").mkdir(parents=True)
    (letter / "notes" / "old" / "a.txt").write_text("A")
    (letter / "gone").symlink_to("nowhere")
    (letter / "itself").symlink_to("itself")
    (letter / "scans").symlink_to(letter.parent)
    os.mkfifo(letter / "pipe")
    (letter / "~$letter.docx").write_text("an office program has it open")
    assert [found.message for found in check(letter) if found.code == "file-not-in-record"] == [
        f"no part names {name}" for name in ("gone", "itself", "notes/old/a.txt", "pipe", "scans")
    ]


def test_a_folder_that_cannot_be_listed_stops_the_check(letter: Path) -> None:
    above = os.open(letter, os.O_RDONLY)
    for _ in range(20):  # the path is longer than the system can open
        os.mkdir("d" * 250, dir_fd=above)
        below = os.open("d" * 250, os.O_RDONLY, dir_fd=above)
        os.close(above)
        above = below
    os.close(above)
    with pytest.raises(StorageError, match=r"listing .*: .*name"):
        check(letter)


def test_other_files_next_to_a_record_with_its_own_name_are_not_reported(letter: Path) -> None:
    (letter / "other.txt").write_text("X")
    assert "file-not-in-record" in codes(letter)
    named = (letter / "record.yaml").rename(letter / "letter.yaml")
    assert not {"file-not-in-record", "folder-named-otherwise"} & set(codes(named))


def test_the_checks_of_files_continue_after_each_fault(tmp_path: Path) -> None:
    for folder in ("b", "d"):
        (tmp_path / folder).mkdir()
    (tmp_path / "f%").write_bytes(b"text")
    (tmp_path / "h%").write_bytes(b"")
    (tmp_path / "i?").write_bytes(b"text")
    parts = [{"id": name[0], "file": name} for name in ("a", "b", "c", "d", "f%", "h%", "i?")]
    for code, found in (
        ("part-missing", "ac"),
        ("part-not-a-file", "bd"),
        ("name-misread", "fh"),
        ("name-unportable", "i"),
        ("part-empty", "h"),
    ):
        assert places(code, *parts, files=tmp_path) == [f"parts.{name}.file" for name in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"12345678", ["quote-moved", "span-beyond-text"]),
        (b"123456789", ["text-too-large"]),
    ],
)
def test_a_text_over_the_limit_gets_no_check_of_its_quotes(
    monkeypatch: pytest.MonkeyPatch, text: bytes, found: list[str]
) -> None:
    monkeypatch.setattr(file_checks, "_MAX_IN_MEMORY", 4)
    monkeypatch.setattr(text_checks, "TEXT_LIMIT", 8)
    span, digest = {"start": 0, "end": 10}, hashlib.sha256(text).hexdigest()
    parts = [{"id": "a", "kind": "original", "file": "a.txt", "sha256": digest, "span": span}]
    quote = {"part": "a", "start": 1, "end": 2, "exact": "1"}
    quoting = {"parts": parts, "translation_notes": [{"id": "n", "kind": "sic", "at": quote}]}
    for more, codes in ((quoting, found), ({"parts": parts}, found[1:])):
        report = check(Record.model_validate(TITLED | more), {"a.txt": text})
        assert [each.code for each in report.errors] == codes


OPEN = {"status": "open"}
RESTRICTED = {"status": "restricted", "until": "1990", "rule": "r"}
CLOSED = {"status": "closed", "rule": "r"}


@pytest.mark.parametrize(
    ("access", "said"),
    [(RESTRICTED, "restricted until 1990 (r)"), (CLOSED, "closed (r)"), (OPEN, ""), (None, "")],
)
@pytest.mark.parametrize("relation", ["made_from", "about", "part_of"])
def test_an_open_part_made_from_a_restricted_part_is_reported(
    access: dict[str, str] | None, said: str, relation: str
) -> None:
    source = {"id": "a", "access": access}
    part: dict[str, Any] = {"id": "b", "file": "b.txt", relation: ["a"]}
    found = findings("access-wider-than-source", source, part | {"access": OPEN})
    assert [one.location.field for one in found] == ["parts.b.access"] * bool(said)
    assert all(one.message.endswith(f" is open, but a is {said}") for one in found)
    cases: list[dict[str, Any]] = [{}, {"access": CLOSED}, {"access": OPEN, "kind": "redaction"}]
    for unreported in cases:
        assert not findings("access-wider-than-source", source, part | unreported)


def test_an_open_part_is_reported_even_if_a_part_between_has_no_access_of_its_own() -> None:
    closed = {"id": "a", "access": CLOSED}
    between: dict[str, Any] = {"id": "b", "file": "b.txt", "made_from": ["a"]}
    part = {"id": "c", "file": "c.txt", "made_from": ["b"], "access": OPEN}
    (found,) = findings("access-wider-than-source", closed, between, part)
    assert found.message.endswith(" is open, but b is closed (it goes with a: r)")
    redacted = between | {"kind": "redaction", "access": OPEN}
    assert not findings("access-wider-than-source", closed, redacted, part)


def test_the_hint_for_a_quote_with_a_long_context_names_the_nearest_place() -> None:
    (found,) = quoted("ab no ab no", 5, "no", prefix="ab ")
    assert found.hint == "Write start: 3 and end: 5."
    (found,) = quoted("aaa", 0, "a", prefix="a")
    assert found.hint == "Write start: 1 and end: 2."


@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        ("creation", None),
        ("translation", None),
        ("transmitted", None),
        ("creaton", "Did you mean “creation”?"),
        ("xyz", "PREMIS exports mark it as a local term."),
    ],
)
def test_an_event_type_outside_the_vocabulary_is_reported(kind: str, hint: str | None) -> None:
    found = findings("event-type-local", events=[{"id": "e", "type": kind}])
    assert [(one.location.field, one.hint) for one in found] == (
        [("events.e.type", hint)] if hint else []
    )


def test_a_placeholder_for_an_identifier_is_reported() -> None:
    known = [{"scheme": "local", "value": value} for value in ("XXXX", "MSB XX 1", "TODO")]
    found = findings("identifier-placeholder", identifiers=known)
    assert [one.location.field for one in found] == ["identifiers.0", "identifiers.2"]


@pytest.mark.parametrize("role", ["objects", "sources"])
@pytest.mark.parametrize(
    ("made", "dated", "reported"),
    [
        ("1960-07-18", "1960-07-17", True),
        ("1960-07-18", "1960-07-18", False),
        ("1960-07-18", "1960", False),
        ("1960-07", "1960-06", True),
        (None, "1960", False),
        ("1960", None, False),
    ],
)
def test_an_event_before_its_part_was_made_is_reported(
    role: str, made: str | None, dated: str | None, reported: bool
) -> None:
    event = {"id": "e", "type": "creation", "date": dated, role: ["b"]}
    found = findings(
        "event-before-its-object",
        {"id": "a", "made": "2000"},
        {"id": "b", "made": made},
        events=[event],
    )
    assert [one.location.field for one in found] == ["events.e.date"] * reported
    assert all(one.message.startswith(f"e is dated {dated}, but b was not ") for one in found)


@pytest.mark.parametrize(
    ("given", "reported"),
    [({}, False), ({"scheme": "us"}, True), ({"level": "secret"}, True)],
)
def test_a_level_without_its_scheme_is_reported(given: dict[str, str], reported: bool) -> None:
    found = places("classification-level-unknown", classification={"as_written": "S"} | given)
    assert found == ["classification.level"] * reported


def test_only_agents_in_use_without_an_identifier_are_reported() -> None:
    agents: list[dict[str, Any]] = [
        {"id": name, "name": name.upper(), "kind": "person"} for name in "abc"
    ]
    agents[1]["identifiers"] = [{"scheme": "viaf", "value": "100219162"}]
    found = places("agent-without-authority", agents=agents, sender=["a"], recipients=["b", "a"])
    assert found == ["agents.a"]


def test_files_can_only_be_given_with_a_loaded_record(letter: Path) -> None:
    with pytest.raises(UsageError, match="`files` needs a Record, not a path"):
        check(letter, letter)


@pytest.mark.parametrize("form", ["datapackage.json", "parts"])
@pytest.mark.parametrize("name", ["data", "other"])
@pytest.mark.parametrize("in_bag", [True, False])
def test_a_record_is_part_of_a_package_only_in_the_payload_of_a_bag(
    letter: Path, form: str, name: str, in_bag: bool
) -> None:
    folder = letter.rename(letter.with_name(name))
    if form == "parts":
        (folder / form).mkdir()
    else:
        (folder / form).write_text("{}")
    if in_bag:
        (folder.parent / "bagit.txt").write_text("BagIt-Version: 1.0\n")
    if in_bag and name == "data":
        with pytest.raises(UsageError, match="is part of a package, not a record"):
            check(folder)
    else:
        assert check(folder).ok


INVENTED = {
    "scan.jpg": b"\xff\xd8\xff\xe0\0\x10JFIF\0\xff",
    "scan.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff",
    "scan.tiff": b"II*\0\x08\0\0\0\xff",
    "scan.pdf": b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n",
}


def one_part(folder: Path, name: str, data: bytes, **more: str) -> Path:
    folder.mkdir()
    (folder / name).write_bytes(data)
    part = {"id": "p", "kind": "scan", "file": name} | more
    record = {"id": "x", "type": "letter", "title": "A letter", "parts": [part]}
    (folder / "record.json").write_text(json.dumps(record))
    return folder


@pytest.mark.parametrize("name", INVENTED)
def test_a_scan_without_media_type_is_not_read_as_a_text(
    name: str, tmp_path: Path, run: Run
) -> None:
    folder = one_part(tmp_path / "x", name, INVENTED[name])
    assert check(folder).ok
    built = run("build", folder, "--out", tmp_path / "packages", "--metadata", "page,tei")
    assert built.returncode == 0
    (shown,) = tmp_path.glob("packages/**/page.html")
    assert run("page", folder, "--out", tmp_path / "page.html").returncode == 0
    words = "<img" if name in ("scan.jpg", "scan.png") else "Files to open"
    for page in (shown, tmp_path / "page.html"):
        assert words in page.read_text()
        assert name in page.read_text()
    assert run("export", folder, "--to", "tei", "--out", tmp_path / "x.xml").returncode == 0


@pytest.mark.parametrize("kind", ["original", "transcription", "translation"])
@pytest.mark.parametrize("data", [*INVENTED.values(), b"Gr\xfc\xdfe"])
def test_a_text_file_whose_bytes_are_not_text_is_refused(
    kind: str, data: bytes, tmp_path: Path
) -> None:
    folder = one_part(tmp_path / "x", "p.txt", data, kind=kind)
    assert "text-undecodable" in codes(folder)


def test_a_scan_that_states_a_text_or_an_encoding_is_read_as_a_text(tmp_path: Path) -> None:
    data = INVENTED["scan.jpg"]
    for name, more in (("a", {"media_type": "text/plain"}), ("b", {"encoding": "utf-8"})):
        folder = one_part(tmp_path / name, "scan.jpg", data, **more)
        assert "text-undecodable" in codes(folder)
