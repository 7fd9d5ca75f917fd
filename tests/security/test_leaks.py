"""No word and no name of a withheld part is in any output for the public.

The record mentions the withheld parts in every field that can do so. The search recognizes the
encodings and escapes of all formats of the program, and searches in archives.
"""

from __future__ import annotations

import base64
import gzip
import html
import html.entities
import io
import json
import re
import shutil
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from archive_pkg.collection.audits.ledger import held
from archive_pkg.interchange import FORMATS
from archive_pkg.packages import build_package
from archive_pkg.records import load_record
from program import PUBLISHING, run_here

RULE = "Agreement of 3 May 1991, § 4"
OPEN = (
    "Uppsala, 4 March 1912\n\nDear Moe,\n\nThe plates have arrived. Of the twelve, two are broken."
    "\n\nYours sincerely,\n\nA. Lind\n"
)
CLOSED = (
    "Quillfeder béstätigte Marzipanlieferung Zobelpelz. Kürschnermeister Wacholdér schwieg.\n"
    "Nachtigallenschlag Ölbergkapelle Пересвет Schnürsenkel Vénona Tresorraum Käuzchen.\n"
)
FILES = {
    "geheimfach-größe/quillfeder note #7.txt": CLOSED,
    "geheimfach-größe/zobelpelz.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
}
SAID = (
    "Käferkönig", "Lindwurmhöhle", "Sumpfdotterblüte", "Rotkehlchenküken", "Bärlauchsuppe",
    "Hüttenzauber", "Glühwürmchen", "Fächerahorn", "Mühlradbauer", "Nebelkrähe", "Dünenläufer",
    "Moorhühner", "Heidschnückel", "Föhrenwald", "Pfützensprung", "Drosselbärt", "Eisvogelhäus",
)  # fmt: skip
"""What the record says of the withheld parts, one word in each of its places."""
NAMES = ("geheimfach-größe", "quillfeder note #7", "zobelpelz.svg")
SECRETS = sorted({*re.findall(r"\w{5,}", CLOSED), *SAID, *NAMES})


def at(words: str) -> dict[str, Any]:
    start = CLOSED.index(words)
    return {"part": "note", "start": start, "end": start + len(words), "exact": words}


def record() -> dict[str, Any]:
    """Return a record that mentions the withheld parts in every possible field."""
    word = iter(SAID)
    supplied = {"basis": "supplied", "agent": "archivist"}
    inferred = {"basis": "inferred"}
    note, drawing = FILES
    closed = {"status": "closed", "rule": RULE}
    data: dict[str, Any] = {
        "id": "lind",
        "type": "letter",
        "title": "Letter, A. Lind to C. Moe, 4 March 1912",
        "variant_titles": [f"The {next(word)} letter"],
        "sender": ["lind"],
        "recipients": ["moe"],
        "copies_to": ["spy"],
        "mentioned_agents": ["spy", "moe"],
        "date": {"edtf": "1912-03-04"},
        "place": {"name": next(word)},
        "classification": {"as_written": next(word), "caveats": [next(word)]},
        "summary": {"text": f"On the {next(word)} affair.", "part": "note"},
        "subjects": [{"term": next(word)}, {"term": "Photography"}],
        "mentioned_places": [{"name": next(word)}],
        "custody": f"From the {next(word)} estate.",
        "parts": [
            {"id": "letter", "kind": "original", "file": "letter.txt", "languages": ["en"]},
            {
                "id": "note",
                "kind": "enclosure",
                "title": f"Note on {next(word)}",
                "file": note,
                "languages": ["de"],
                "part_of": ["letter"],
                "made_by": ["spy"],
                "method": f"typed on the {next(word)}",
                "note": f"In the {next(word)}.",
                "access": closed,
            },
            {"id": "drawing", "kind": "scan", "file": drawing, "media_type": "image/svg+xml",
             "made_from": ["note"]},
            {"id": "copy", "kind": "transcription", "held": False, "made_from": ["note"],
             "title": f"Copy in the {next(word)}"},
        ],
        "translation_notes": [
            {"id": "n1", "kind": "editorial", "at": at("Zobelpelz"), "text": next(word)}
        ],
        "enclosures": [{"id": "e", "title": f"Report on {next(word)}", "part": "note"}],
        "agents": [
            {"id": "lind", "name": "Lind, Anna", "kind": "person"},
            {"id": "moe", "name": "Moe, Carl", "kind": "person"},
            {"id": "archivist", "name": "A. Rchivist", "kind": "person"},
            {"id": "spy", "name": next(word), "kind": "person", "note": "spy"},
        ],
        "events": [
            {"id": "came", "type": "accession", "detail": f"With {note}.", "date": "1912"},
            {"id": "typed", "type": "creation", "objects": ["note"], "agents": ["spy"],
             "detail": next(word), "date": {"edtf": "1913", "as_written": CLOSED.split()[0]}},
        ],
    }  # fmt: skip
    data["evidence"] = [
        *({"field": field, **supplied} for field in (
            "title", "sender", "recipients", "agents.lind", "agents.moe", "agents.archivist",
            "subjects.1", "parts.letter", "events.came.date",
        )),
        {"field": "date", **supplied, "note": f"So says the {next(word)}."},
        {"field": "date", "basis": "quoted", "at": at("Quillfeder"), "value": "1913"},
        *({"field": field, **inferred, "rule": f"rule-{number}"} for number, field in enumerate((
            "variant_titles", "place", "copies_to", "agents.spy", "custody",
        ))),
        *({"field": field, "basis": "quoted", "at": at("Vénona")} for field in (
            "classification", "subjects.0", "mentioned_places.0", "translation_notes.n1",
            "events.typed", "parts.note", "summary", "mentioned_agents",
        )),
        {"field": "place", **inferred, "rule": "rule-of-quillfeder"},
    ]  # fmt: skip
    assert next(word, None) is None
    return data


def forms(secret: str) -> Iterator[bytes]:
    """Return a secret in the encodings and escapes of all formats."""
    for text in {secret, secret.lower(), secret.upper()}:
        data = text.encode()
        yield from (data, text.encode("utf-16-le"), text.encode("utf-16-be"))
        yield from (quote(text).encode(), quote(text).lower().encode())
        yield from (escaped(text, every=each, how=how) for each in (0, 1) for how in ESCAPES)
        yield html.escape(text).encode()
        for lead in (b"", b"x", b"xx"):
            # The first and last characters depend on the neighbouring bytes, so they are left out.
            yield base64.b64encode(lead + data)[4 if lead else 0 : -4]


ESCAPES: dict[str, Callable[[str], str]] = {
    "percent": lambda sign: "".join(f"%{byte:02X}" for byte in sign.encode()),
    "decimal": lambda sign: f"&#{ord(sign)};",
    "hexadecimal": lambda sign: f"&#x{ord(sign):x};",
    "Hexadecimal": lambda sign: f"&#x{ord(sign):X};",
    "named": lambda sign: f"&{html.entities.codepoint2name.get(ord(sign), f'#{ord(sign)}')};",
    "json": lambda sign: f"\\u{ord(sign):04x}",
    "tex": lambda sign: {"é": r"{\'e}", "ö": r'{\"o}', "ü": r'{\"u}', "ä": r'{\"a}', "Ö": r'{\"O}',
                         "ß": r"{\ss}", "#": r"\#", "_": r"\_"}.get(sign, sign),
}  # fmt: skip


def escaped(text: str, *, every: int, how: str) -> bytes:
    return "".join(
        sign if sign.isascii() and sign.isalnum() and not every else ESCAPES[how](sign)
        for sign in text
    ).encode()


FORMS = sorted({form for one in SECRETS for form in forms(one) if len(form) > 4})


def inside(data: bytes) -> Iterator[bytes]:
    """Yield the bytes, and the contents of all archives in them."""
    yield data
    if data[:2] == b"\x1f\x8b":
        yield from inside(gzip.decompress(data))
    elif data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.infolist():
                yield entry.filename.encode()
                yield from inside(archive.read(entry))
    elif data[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            for member in tar:
                yield member.name.encode()
                if file := tar.extractfile(member):
                    yield from inside(file.read())
    for found in re.finditer(rb"base64,([A-Za-z0-9+/=]+)", data):
        yield from inside(base64.b64decode(found[1]))


def found_in(data: bytes) -> list[bytes]:
    return [form for each in inside(data) for form in FORMS if form in each]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("records") / "lind"
    folder.mkdir()
    (folder / "letter.txt").write_text(OPEN, encoding="utf-8")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "record.json").write_text(json.dumps(record(), ensure_ascii=False), encoding="utf-8")
    load_record(folder)
    return folder


@pytest.fixture(scope="module")
def full(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The internal package, in a folder of its own."""
    return build_package(source, tmp_path_factory.mktemp("collection")).path


def say(*words: object) -> bytes:
    """Return the output of a command on both streams."""
    done = run_here(*words)
    assert done.returncode == 0, (words, done)
    return (done.stdout + done.stderr).encode()


def refuse(folder: Path, *shown: bytes) -> None:
    """Fail if a file in a folder, a file name or an output contains a secret."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    for path in files:
        name = str(path.relative_to(folder)).encode()
        assert not found_in(path.read_bytes()) + found_in(name), path
    for said in shown:
        assert not found_in(said), said


@pytest.mark.parametrize("secret", SECRETS)
def test_the_test_finds_each_secret_in_every_encoding(secret: str) -> None:
    for form in forms(secret):
        if len(form) > 4:
            assert found_in(b"say " + form + b" here")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.gz", gzip.compress(secret.encode()))
    assert found_in(packed.getvalue())


def test_the_internal_package_contains_every_secret(full: Path) -> None:
    everything = b"".join(path.read_bytes() for path in full.rglob("*") if path.is_file())
    for secret in SAID:
        assert secret.encode() in everything, secret


@pytest.mark.parametrize("target", ["", "aptrust", "btr", "eark-csip", "eark-sip", "zenodo"])
def test_public_packages_for_every_target_reveal_no_secret(
    source: Path, tmp_path: Path, target: str
) -> None:
    words: list[object] = ["--target", target] if target else []
    for tag in {
        "aptrust": ["Access=Institution", "Source-Organization=X"],
        "btr": ["Source-Organization=X"],
        "eark-sip": ["Source-Organization=X"],
        "zenodo": ["Publisher=X"],
    }.get(target, []):
        words += ["--tag", tag]
    out = tmp_path / "out"
    refuse(out, say("build", source, "--out", out, "--audience", "public", *words))


def test_public_packages_built_in_bulk_reveal_no_secret(source: Path, tmp_path: Path) -> None:
    out, report = tmp_path / "out", tmp_path / "out.jsonl"
    words = ("--audience", "public", "--jobs", 1, "--report", report)
    shown = say("build", source.parent, "--out", out, *words)
    refuse(out, shown, report.read_bytes())


@pytest.mark.parametrize("kind", ["ocfl", "file"])
def test_deposits_and_receipts_of_the_public_package_reveal_no_secret(
    source: Path, tmp_path: Path, kind: str
) -> None:
    package = build_package(source, tmp_path / "out", audience="public").path
    to = ("--to", f"{kind}:{tmp_path / 'there'}")
    shown = [say("deposit", package, *to, "--dry-run"), say("deposit", package, *to)]
    shown += [say("receipts", package, "--json"), say("export", package, "--to", "premis")]
    assert list(tmp_path.rglob("*.journal"))
    refuse(tmp_path, *shown)


@pytest.mark.parametrize("each", [True, False])
def test_exports_omit_withheld_files_that_the_ledger_names(
    full: Path, tmp_path: Path, each: bool
) -> None:
    entry = {"event": "recovery", "package": "lind", "id": "lind", "outcome": "success"}
    restored = [*FILES, *(f"data/parts/{name}" for name in FILES), "zq"]
    ledger = tmp_path / "ledger.jsonl"
    with held(ledger, lambda _: None) as (book, _):
        book.append([{**entry, "from": "/copy", "files": restored, "accepted": SAID[0]}])
    for to in ("premis", "mets"):
        where = ("--each", tmp_path / "each") if each else ()
        shown = say("export", full, "--to", to, "--ledger", ledger, *where)
        out = b"".join(path.read_bytes() for path in (tmp_path / "each").glob("*")) or shown
        assert b"recovery" in out
        assert b"zq" not in out
        assert not found_in(out + shown)


@pytest.mark.slow
@pytest.mark.parametrize("of", ["source", "full"])
def test_pages_exports_and_tables_reveal_no_secret(
    of: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "archive-pkg.toml"
    project.write_text(PUBLISHING)
    monkeypatch.setenv("ARCHIVE_PKG_PROJECT", str(project))
    path = request.getfixturevalue(of)
    shown = [say("page", path, "-o", tmp_path / "page.html")]
    # The scan is withheld, so that there is no manifest of IIIF.
    for name in FORMATS.keys() - {"iiif"}:
        shown += [
            say("export", path, "--to", name, "--explain"),
            say("export", path, "--to", name, "--json"),
            say("export", path, "--to", name, "--each", tmp_path / "each" / name, "--jobs", 1),
        ]
    if of == "source":
        shown += [
            say("tables", "export", path, "--out", tmp_path / "tables"),
            say("tables", "export", path, "--out", tmp_path / "tables.xlsx"),
        ]
    refuse(tmp_path, *shown)


def test_the_site_and_its_search_reveal_no_secret(full: Path, tmp_path: Path) -> None:
    out = tmp_path / "site"
    refuse(
        out, say("site", full.parent, "-o", out, "--downloads", "--base-url", "https://a.example")
    )


def test_the_index_its_hits_and_its_counts_reveal_no_secret(full: Path) -> None:
    shown = [
        say("find", full.parent, "plates", "--json"),
        say("find", full.parent, "Quillfeder", "Zobelpelz")[-200:].replace(b"Quillfeder", b""),
        say("stats", full.parent, "--json"),
        say("duplicates", full, full.parent, "--json", "--jobs", 1),
    ]
    assert b"0 packages found" in shown[1]
    refuse(full.parent / ".archive-pkg", *shown)
    assert b"1 package found" in say("find", full.parent, "Zobelpelz", "--audience", "internal")


def test_pages_and_exports_for_the_internal_audience_show_withheld_parts(
    source: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    say("page", source, "-o", page, "--audience", "internal")
    assert "Zobelpelz" in page.read_text(encoding="utf-8")
    assert b"Rotkehlchen" in say("export", source, "--to", "ead3", "--audience", "internal") + say(
        "export", source, "--to", "schema-org", "--audience", "internal"
    )


def test_a_page_names_the_withheld_parts_and_their_rule(source: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    shown = say("page", source, "-o", page).decode()
    assert f"withheld: note, closed ({RULE})" in shown
    assert "--audience internal" in shown
    assert re.search(r"withheld.*closed: Agreement of 3 May 1991", page.read_text("utf-8"))
    result = json.loads(say("page", source, "-o", page, "--json"))["results"][0]
    assert set(result["withheld"]) == {"note", "drawing", "copy"}


def test_a_future_day_makes_no_part_public_in_any_output(source: Path, tmp_path: Path) -> None:
    data = record()
    access = {"status": "restricted", "until": "2090-01-01", "rule": RULE}
    data["parts"][1]["access"] = access
    until = tmp_path / "records" / "lind"
    until.mkdir(parents=True)
    for path in source.rglob("*"):
        if path.is_file() and path.suffix != ".json":
            target = until / path.relative_to(source)
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(path.read_bytes())
    (until / "record.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    collection = tmp_path / "collection"
    full = build_package(until, collection).path
    day, out = ("--date", "2095-01-01"), tmp_path / "out"
    shown = [
        say("build", until, "--out", out, "--audience", "public", *day),
        say("build", until.parent, "--out", out / "b", "--audience", "public", "--jobs", 1, *day),
        say("page", until, "-o", out / "page.html", *day),
        say("page", full, "-o", out / "page2.html", *day),
        say("export", full, "--to", "tei", *day),
        say("export", full, "--to", "tei", "--each", out / "each", "--jobs", 1, *day),
        say("site", collection, "-o", out / "site", *day),
    ]
    refuse(out, *shown)


def test_a_document_on_standard_output_is_not_mixed_with_messages(source: Path) -> None:
    done = run_here("export", source, "--to", "schema-org")
    assert "Letter, A. Lind" in json.dumps(json.loads(done.stdout))
    assert "withheld: note" in done.stderr


def test_an_export_that_would_reveal_a_withheld_part_is_refused(
    source: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "lind"
    shutil.copytree(source, folder)
    data = record() | {"publications": ["In: The Käferkönig papers, 1950"]}
    data["agents"][3]["name"] = "Käferkönig"
    (folder / "record.json").write_text(json.dumps(data), encoding="utf-8")
    for words in (
        ["export", folder, "--to", "csl", "-o", tmp_path / "x"],
        ["export", folder, "--to", "csl", "--json"],
        ["page", folder, "-o", tmp_path / "x"],
        ["tables", "export", folder, "--out", tmp_path / "x"],
        ["build", folder, "--out", tmp_path / "out", "--audience", "public"],
    ):
        done = run_here(*words)
        assert done.returncode == 3, (words, done)
        assert "withheld-shows" in done.stdout + done.stderr
        assert "publications.0.citation" in done.stdout + done.stderr
        assert not (tmp_path / "x").exists()
