"""Test that public packages name withheld parts and their rules, and reveal nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive_pkg import tables
from archive_pkg.deposits import deposit
from archive_pkg.errors import InvalidError
from archive_pkg.interchange import FORMATS
from archive_pkg.packages import build_package, open_package, verify
from archive_pkg.packages.access.redaction import public
from archive_pkg.packages.access.visibility import withheld
from archive_pkg.records import Record, load_record
from program import PUBLISHING, Run, run_here
from typed import present

ON = date(2026, 11, 24)
RULE = "Agreement with the donor of 3 May 1991, § 4"
# The first line shifts all offsets and sizes, so that they differ from those in other texts.
SECRET = (
    f"{'~' * 50_021}\n"
    "Der Empfänger dieses Schreibens, Genosse Quillfeder, wird gebeten, den Zobelpelz dem Boten "
    "auszuhändigen und über die Angelegenheit Marzipan zu schweigen.\n"
    "Zur Kenntnis: Agent »Wacholder« trifft am 3. Oktober ein.\n"
)
NAME = "parts/quillfeder-note.txt"


def quote(part: str, words: str, text: str) -> dict[str, Any]:
    start = text.index(words)
    return {
        "part": part,
        "start": start,
        "end": start + len(words),
        "exact": words,
        "prefix": text[max(0, start - 10) : start],
        "suffix": text[start + len(words) : start + len(words) + 10],
    }


@pytest.fixture
def enclosed(letter: Path) -> Path:
    """Return the first letter with a closed enclosure and statements of every kind about it."""
    (letter / NAME).parent.mkdir()
    (letter / NAME).write_text(SECRET, encoding="utf-8")
    data = load_record(letter).as_json()
    (letter / "record.yaml").unlink()
    data["parts"] += [
        {
            "id": "secret",
            "kind": "enclosure",
            "title": "Note on the Zobelpelz affair",
            "file": NAME,
            "sha256": hashlib.sha256(SECRET.encode()).hexdigest(),
            "languages": ["de"],
            "part_of": ["original"],
            "made_by": ["wacholder"],
            "method": "typed on the Quillfeder machine",
            "access": {"status": "closed", "rule": RULE},
        },
        {
            "id": "secret-copy",
            "kind": "scan",
            "held": False,
            "made_from": ["secret"],
            "title": "Pelzkopie",
        },
    ]
    data["agents"] += [
        {"id": "wacholder", "name": "Wacholder", "kind": "person", "role": "agent for Marzipan"},
        {"id": "archivist", "name": "A. Rchivist", "kind": "person"},
    ]
    data["mentioned_agents"].append("wacholder")
    data["mentioned_places"].insert(0, {"name": "Marzipanstadt"})
    data["translation_notes"].append(
        {
            "id": "pelz",
            "kind": "editorial",
            "at": quote("secret", "Zobelpelz", SECRET),
            "text": "Code for Quillfeder",
        }
    )
    data["events"].append(
        {
            "id": "typed",
            "type": "creation",
            "objects": ["secret"],
            "agents": ["wacholder"],
            "detail": "Typed in Marzipanstadt.",
        }
    )
    data["subjects"] = [{"term": "Zobelpelz affair"}, {"term": "Specialists in China"}]
    data["evidence"] = [
        {
            **item,
            "field": item["field"].replace(f"mentioned_places.{n}", f"mentioned_places.{n + 1}"),
        }
        if (n := _number(item["field"])) is not None
        else item
        for item in data["evidence"]
    ]
    for field, words in (
        ("parts.secret", "Zobelpelz"),
        ("agents.wacholder", "Agent »Wacholder«"),
        ("mentioned_places.0", "Marzipan"),
        ("translation_notes.pelz", "Zobelpelz"),
        ("events.typed", "Agent »Wacholder«"),
        ("subjects.0", "Zobelpelz"),
        ("date", "3. Oktober"),
    ):
        data["evidence"].append(
            {
                "field": field,
                "basis": "quoted",
                "at": quote("secret", words, SECRET),
                "note": "Quillfeder says so.",
            }
        )
    data["evidence"].append(
        {"field": "date", "basis": "supplied", "agent": "archivist", "value": "1960-10-03"}
    )
    data["evidence"] += [
        {"field": f, "basis": "supplied", "agent": "archivist"}
        for f in ("subjects.1", "agents.archivist", "parts.secret-copy")
    ]
    (letter / "record.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return letter


def _number(field: str) -> int | None:
    name = field.removeprefix("mentioned_places.")
    return int(name) if name != field else None


def traces(text: str, name: str) -> list[bytes]:
    """Return everything that could reveal a withheld text: words, name, digests."""
    data = text.encode()
    words = {"Quillfeder", "Zobelpelz", "Marzipan", "Wacholder", "Pelzkopie", "schweigen"}
    found = [word.encode() for word in words]
    found += [Path(name).name.encode(), Path(name).stem.encode()]
    found += [
        hashlib.new(algorithm, data).hexdigest().encode()
        for algorithm in ("md5", "sha1", "sha256", "sha512")
    ]
    found += [
        form(hashlib.new(algorithm, data).digest())
        for algorithm in ("md5", "sha1", "sha256", "sha512")
        for form in (bytes, base64.b64encode, lambda digest: digest.hex().upper().encode())
    ]
    return found + [line[:40].encode() for line in text.splitlines()]


def numbers(text: str) -> re.Pattern[bytes]:
    """Return a pattern of the offsets of all words in a withheld text, and of its lengths."""
    places = {place for word in re.finditer(r"\S+", text) for place in word.span()}
    found = {*places, len(text), len(text.encode())} - {0}
    return re.compile(rb"(?<![0-9A-Za-z])(%s)(?![0-9A-Za-z])" % "|".join(map(str, found)).encode())


def everything(*folders: Path) -> dict[str, bytes]:
    return {
        str(path): path.read_bytes() + str(path.relative_to(folder)).encode()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_public_packages_receipts_and_deposits_contain_no_trace_of_withheld_parts(
    enclosed: Path, tmp_path: Path
) -> None:
    full = build_package(enclosed, tmp_path / "full", on=ON)
    built = build_package(enclosed, tmp_path / "out", on=ON, audience="public")
    assert built.path.name == f"{full.path.name}-public"
    assert set(built.withheld) == {"secret", "secret-copy"}
    deposit(built.path, f"ocfl:{tmp_path / 'archive'}")
    out = everything(tmp_path / "out", tmp_path / "archive")
    assert any(".receipts" in path for path in out)
    out |= output_of_commands(built.path, tmp_path)
    whole = everything(full.path)
    known = [trace for trace in traces(SECRET, NAME) if any(trace in x for x in whole.values())]
    assert len(known) >= 12, "the internal package contains the traces"
    for path, data in out.items():
        for trace in traces(SECRET, NAME):
            assert trace not in data, (path, trace)
        assert not numbers(SECRET).search(data), path
    assert numbers(SECRET).search(whole[str(full.path / "data/record.json")])
    assert verify(built.path, second_opinion=True).ok


def output_of_commands(package: Path, folder: Path) -> dict[str, bytes]:
    """Return what commands print about a package, and the page that they make."""
    record = load_record(package / "data/record.json")
    fields = ["title", "date", "parts.secret", *(f"events.{event.id}" for event in record.events)]
    project = str(folder / "archive-pkg.toml")
    Path(project).write_text(PUBLISHING)
    taking = [name for name, chosen in FORMATS.items() if chosen.takes(record)]
    questions = [
        ["show", str(package)],
        ["show", str(package), "--json"],
        ["verify", str(package), "--json"],
        ["page", str(package), "-o", str(folder / "page.html")],
        *(["trace", str(package), field] for field in fields),
        *(["export", str(package), "--to", name, "--project", project] for name in taking),
    ]
    shown = {}
    for words in questions:
        done = run_here(*words)
        assert done.returncode == 0, (words, done)
        shown[" ".join(words)] = (done.stdout + done.stderr).encode()
    return shown | {"page.html": (folder / "page.html").read_bytes()}


def test_a_public_package_has_the_rules_of_withheld_parts_and_all_public_statements(
    enclosed: Path, tmp_path: Path
) -> None:
    built = build_package(enclosed, tmp_path / "out", on=ON, audience="public")
    record = open_package(built.path).record
    stub = record.part("secret")
    assert not stub.held
    assert (stub.kind, stub.part_of) == ("enclosure", ("original",))
    assert stub.access is not None
    assert stub.access.rule == RULE
    readme = (built.path / "data/README.txt").read_text(encoding="utf-8")
    assert f"(withheld, closed: {RULE})" in readme
    assert "it goes with secret" in readme
    assert "the files as received and what is public about them" in readme
    source = load_record(enclosed)
    assert record.title == source.title
    assert (record.sender, record.recipients) == (source.sender, source.recipients)
    assert record.summary == source.summary
    assert record.date is not None
    assert record.date.as_written is None, "one of its two witnesses is withheld"
    assert [place.name for place in record.mentioned_places] == ["China", "Soviet Union", "Beijing"]
    (item,) = (item for item in record.evidence if item.field == "mentioned_places.0")
    assert present(item.at).exact == "China"
    assert [subject.term for subject in record.subjects] == ["Specialists in China"]
    (event,) = (event for event in record.events if event.type == "redaction")
    assert event.objects == ("secret", "secret-copy")
    assert RULE in str(event.detail)
    letter = built.path / "data/parts/letter-1960-07-18.txt"
    assert letter.read_bytes() == (enclosed / "letter-1960-07-18.txt").read_bytes()


def test_the_name_and_rule_of_a_completely_closed_letter_are_public(
    letter: Path, tmp_path: Path
) -> None:
    text = (letter / "letter-1960-07-18.txt").read_text(encoding="utf-8")
    yaml = (letter / "record.yaml").read_text(encoding="utf-8")
    closed = f"    access: {{status: closed, rule: '{RULE}'}}\n    made_from: [original]\n"
    (letter / "record.yaml").write_text(
        yaml.replace("    made_from: [original]\n", closed, 1), "utf-8"
    )
    built = build_package(letter, tmp_path / "out", on=ON, audience="public")
    assert set(built.withheld) == {"letter", "summary"}
    assert built.withheld["summary"].because == "it goes with letter"
    record = open_package(built.path).record
    assert record.title == "Letter 1960-07-18-cpsu-to-sed"
    assert record.summary is None
    assert record.sender == ()
    assert record.translation_notes == ()
    out = everything(tmp_path / "out")
    # The models' documentation, which every package has, takes its examples from this letter.
    shown = tables.package_files([Record(id="x", type="letter", title="X")], "x")[
        "datapackage.json"
    ]
    lines = [line.strip() for line in text.splitlines() if len(line.strip()) > 11]
    for path, data in out.items():
        for line in lines:
            assert line.encode() not in data or line.encode() in shown, (path, line)
        assert b"KHRUSHCHEV" not in data
        assert b"Khrushchev" not in data
        assert hashlib.sha256(text.encode()).hexdigest().encode() not in data
    assert not (built.path / "data/parts/letter-1960-07-18.txt").exists()


def test_an_embargo_is_judged_by_the_earlier_of_the_date_of_packaging_and_today(
    letter: Path, tmp_path: Path
) -> None:
    today = datetime.now(UTC).date()
    record = (letter / "record.yaml").read_text(encoding="utf-8")

    def names(until: date, on: date, folder: str) -> set[str]:
        access = f"{{status: restricted, until: {until}, rule: '30 years'}}"
        letter_part = "    made_from: [original]\n"
        text = record.replace(letter_part, f"{letter_part}    access: {access}\n", 1)
        (letter / "record.yaml").write_text(text, encoding="utf-8")
        return set(build_package(letter, tmp_path / folder, on=on, audience="public").withheld)

    day = timedelta(days=1)
    assert names(today, today, "a") == set()
    assert names(today + day, today, "b") == {"letter", "summary"}
    assert names(today + day, today + 30 * day, "c") == {"letter", "summary"}
    assert names(today, today - day, "d") == {"letter", "summary"}


def test_a_record_without_restrictions_is_unchanged_in_public_except_for_its_id() -> None:
    record = load_record(Path(__file__).parents[2] / "records/1960-07-18-cpsu-to-sed")
    assert withheld(record, "public", ON) == {}
    there = public(record, {}, Path())
    assert there.id == f"{record.id}-public"
    assert there.model_copy(update={"id": record.id}) == record


def test_a_public_package_is_refused_if_another_statement_has_withheld_words(
    enclosed: Path, tmp_path: Path
) -> None:
    path = enclosed / "record.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    note = "Found with it: " + SECRET.splitlines()[1]
    data["parts"].append({"id": "copy", "kind": "scan", "held": False, "note": note})
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(InvalidError, match="would reveal") as refusal:
        build_package(enclosed, tmp_path / "out", on=ON, audience="public")
    assert {finding.code for finding in refusal.value.report} == {"withheld-shows"}
    said = str(refusal.value) + "".join(f.message for f in refusal.value.report)
    assert "Quillfeder" not in said
    assert not list((tmp_path / "out").iterdir())
    data["evidence"].append({"field": "parts.copy.note", "basis": "supplied", "agent": "archivist"})
    path.write_text(json.dumps(data), encoding="utf-8")
    assert build_package(enclosed, tmp_path / "out", on=ON, audience="public").outcome == "built"


def test_the_command_names_what_it_withholds(run: Run, enclosed: Path, tmp_path: Path) -> None:
    words = ("--audience", "public", "--out", tmp_path / "out", "--date", "2026-11-24")
    done = run("build", enclosed, *words)
    assert done.returncode == 0
    assert f"withheld: secret, closed ({RULE})" in done.stdout
