"""The readers to fuzz, each with its seeds, its mutator and its reading function."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import random
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mutating as m

if TYPE_CHECKING:
    from archive_pkg.deposits.http.client import HttpClient
    from archive_pkg.packages.signatures.signers import Signer

ROOT = Path(__file__).parents[2]
LETTER = ROOT / "records" / "1960-07-18-cpsu-to-sed"
PACKAGE = ROOT / "packages" / LETTER.name
MESSAGE = b"a tag manifest\n"


@dataclass(frozen=True)
class Reader:
    """A reader to fuzz.

    Attributes:
        name: What it reads.
        seeds: Gives valid inputs.
        mutate: Makes another input of one.
        read: Reads an input.
        allowed: Errors that it says it raises, besides those of ours.
    """

    name: str
    seeds: Callable[[], list[bytes]]
    mutate: Callable[[random.Random, bytes], bytes]
    read: Callable[[bytes], object]
    allowed: tuple[type[Exception], ...] = ()


@functools.cache
def scratch() -> Path:
    """A folder of this process."""
    return Path(tempfile.mkdtemp(prefix=f"fuzz-{os.getpid()}-"))


def at(name: str, data: bytes) -> Path:
    """A file with these bytes."""
    path = scratch() / name
    path.write_bytes(data)
    return path


def folder(data: bytes) -> Path:
    """A folder with the files of a zip; files with impossible names are left out."""
    path = scratch() / "folder"
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            target = os.path.normpath(path / info.filename.lstrip("/"))
            if target.startswith(f"{path}/"):
                try:
                    Path(target).parent.mkdir(parents=True, exist_ok=True)
                    Path(target).write_bytes(archive.read(info))
                except OSError:
                    continue
    return path


def zipped(files: dict[str, bytes]) -> bytes:
    """Files as one input."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, held in files.items():
            archive.writestr(zipfile.ZipInfo(name.replace("\0", "") or "x"), held)
    return made.getvalue()


def unzipped(data: bytes) -> dict[str, bytes]:
    """The files of an input."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def in_folder(rng: random.Random, data: bytes) -> bytes:
    """Mutate the files of a folder."""
    return zipped(m.mutate_files(rng, unzipped(data)))


def tree(path: Path) -> dict[str, bytes]:
    """The files of a folder."""
    files = sorted(file for file in path.rglob("*") if file.is_file())
    return {file.relative_to(path).as_posix(): file.read_bytes() for file in files}


# --- bags and archives


@functools.cache
def bag_seeds() -> list[bytes]:
    from archive_pkg import bags

    source = scratch() / "source"
    (source / "sub").mkdir(parents=True)
    (source / "a.txt").write_bytes(b"one\n")
    (source / "sub/письмо %.txt").write_bytes(b"two\n")
    for name, algorithms in (("bag", ["md5", "sha256"]), ("other", ["sha512"])):
        bags.create(source, scratch() / name, algorithms=algorithms)
    (scratch() / "other/fetch.txt").write_text("https://example.org/x 4 data/sub/x.txt\n")
    return [zipped(tree(scratch() / name)) for name in ("bag", "other")]


def read_bag(data: bytes) -> None:
    from archive_pkg import bags

    path = folder(data)
    bags.verify(path, jobs=1)


def mutate_archive(rng: random.Random, data: bytes) -> bytes:
    import gzip

    files = {f"bag/{name}": held for name, held in unzipped(data).items()}
    if rng.random() < 0.4:
        return m.mutate_zip(rng, zipped(files))
    made = m.as_tar(rng, m.mutate_files(rng, unzipped(data)))
    if rng.random() < 0.3:
        made = m.mutate_bytes(rng, made)
    if rng.random() < 0.4:
        made = gzip.compress(made, 1)
        made = m.mutate_bytes(rng, made) if rng.random() < 0.2 else made
    return made


def read_archive(data: bytes) -> None:
    from archive_pkg import bags
    from archive_pkg.bags.archives import serializing

    path = at("bag.any", data)
    if bags.verify(path, jobs=1).valid:
        serializing.unpack(path, scratch() / "unpacked", replace=True)


def read_profile(data: bytes) -> None:
    from archive_pkg.bags import profiles
    from archive_pkg.bags.bag import load
    from archive_pkg.bags.folder import Folder

    profile = profiles.parse(data, "profile.json")
    with Folder(PACKAGE) as tree_:
        list(profiles.check(profile, load(tree_, "bag"), tree_, "folder"))


def profile_seeds() -> list[bytes]:
    known = ROOT / "src/archive_pkg/bags/known-profiles"
    return [path.read_bytes() for path in sorted(known.rglob("*.json"))]


# --- records, tables, documents, XML


@functools.cache
def record_seeds() -> list[bytes]:
    from examples import bare, full

    from archive_pkg.records.saving import as_yaml

    return [as_yaml(record).encode() for record in (full(), bare(), bare())]


def read_record_yaml(data: bytes) -> None:
    from archive_pkg.records import read_record

    read_record(data, "record.yaml")


def record_json_seeds() -> list[bytes]:
    import yaml

    return [json.dumps(yaml.load(each, yaml.CBaseLoader)).encode() for each in record_seeds()]


def read_record_json(data: bytes) -> None:
    from archive_pkg.records import read_record

    read_record(data, "record.json")


@functools.cache
def list_seeds() -> list[bytes]:
    rows = "id,title,date,sender,recipient,place,file,note\n"
    rows += '1,A letter,18.7.1960,"Ulbricht, Walter",Chruschtschow,Berlin,a.txt,x\n' * 3
    other = "Signatur;Datum;Absender;Empfänger\nNY 4182/1;1911/12;Rosa Luxemburg | Leo;?\n"
    return [rows.encode(), other.encode(), other.encode("utf-16"), b"title\nid\n"]


def read_table(data: bytes) -> None:
    from archive_pkg import tables

    path = at("list.csv", data)
    tables.check(path)
    tables.draft_map(path)


@functools.cache
def workbook_seeds() -> list[bytes]:
    from openpyxl import Workbook

    from archive_pkg.tables.writing.workbooks import write_template

    write_template(scratch() / "template.xlsx")
    book = Workbook()
    sheet = book.active
    assert sheet
    for row in ("id", "Datum", "Absender"), ("1", "18.7.1960", "Ulbricht"), ("2", 22115, None):
        sheet.append(row)
    sheet["B2"].number_format = "d.m.yyyy"
    book.save(scratch() / "small.xlsx")
    return [
        (scratch() / name).read_bytes() for name in ("template.xlsx", "small.xlsx", "small.xlsx")
    ]


def mutate_workbook(rng: random.Random, data: bytes) -> bytes:
    return m.mutate_zip(rng, data, re.compile("sheet|shared|styles|workbook"))


def read_workbook(data: bytes) -> None:
    from archive_pkg.tables.reading.workbooks import read_workbook as read

    for sheet in read(at("list.xlsx", data))[0]:
        list(sheet.blocks())


@functools.cache
def catalogue_seeds() -> list[bytes]:
    from archive_pkg.records import load_record
    from archive_pkg.tables import export_records

    out = export_records([load_record(LETTER)], scratch() / "catalogue")
    return [zipped(tree(out.parent))]


def read_catalogue(data: bytes) -> None:
    from archive_pkg import tables

    tables.read_catalogue(folder(data))


def read_descriptor(data: bytes) -> None:
    from archive_pkg.tables.checking.other_resources import check_other_resources
    from archive_pkg.tables.reading.descriptor import read_descriptor as read

    (scratch() / "package").mkdir(exist_ok=True)
    (scratch() / "package/numbers.csv").write_text("number,archive\n1,A\n2,none\n")
    path = at("package/datapackage.json", data)
    read(path)
    check_other_resources(path, [])


def descriptor_seeds() -> list[bytes]:
    fields = [
        {"name": "number", "type": "integer", "constraints": {"required": True, "minimum": 1}},
        {"name": "archive", "type": "string", "constraints": {"pattern": "[A-Z]+|none"}},
    ]
    schema = {"fields": fields, "primaryKey": ["number"], "missingValues": [""]}
    resource = {"name": "numbers", "path": "numbers.csv", "schema": schema, "encoding": "utf-8"}
    return [json.dumps({"name": "x", "resources": [resource]}).encode()]


@functools.cache
def docx_seeds() -> list[bytes]:
    from docx import Document

    document = Document()
    document.add_paragraph("Top Secret\nBerlin, 18 July 1960\n\nDear Comrade Khrushchev,")
    table = document.add_table(2, 2)
    table.cell(0, 0).text = "one"
    made = io.BytesIO()
    document.save(made)
    files = unzipped(made.getvalue())
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    for name, held in files.items():
        if name.startswith("word/") and len(held) > 10_000:
            kind = re.findall(rb"<w:(\w+)", held)[0].decode() if b"<w:" in held else "styles"
            files[name] = f'<w:{kind} xmlns:w="{space}"/>'.encode()
    return [zipped(files)]


@functools.cache
def odt_seeds() -> list[bytes]:
    text = 'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    office = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    body = (
        "<text:h>Letter</text:h><text:p>Dear <text:span>Comrade</text:span><text:s text:c='3'/>x"
        "<text:tab/>y<text:line-break/>z<text:note><text:p>n</text:p></text:note></text:p>"
    )
    content = (
        f"<office:document-content {office} {text}><office:body><office:text>{body}"
        "</office:text></office:body></office:document-content>"
    )
    kind = b"application/vnd.oasis.opendocument.text"
    return [zipped({"mimetype": kind, "content.xml": content.encode()})]


def document_reader(name: str) -> Callable[[bytes], None]:
    def read(data: bytes) -> None:
        from archive_pkg.texts.letter_files import read_source

        read_source(at(name, data))

    return read


def text_seeds() -> list[bytes]:
    [letter] = LETTER.glob("*.txt")
    note = (
        "TOP SECRET. Copy No. 3\nМосква, 18 июля 1960 г.\n\nTo the CC of the SED\n"
        "Dear Comrades,\n\nOn the 5/17 March we [two words illegible] sent the enclosed list.\n"
        "With communist greetings,\nN. Khrushchev\n\nEnclosure: 2 pages.\n"
        "[Translator: dated in ink.]\n"
    )
    return [letter.read_bytes()[:3000], note.encode(), note.encode("utf-16")]


def read_text(data: bytes) -> None:
    from archive_pkg.drafting.draft import draft_letter

    draft_letter(at("letter.txt", data))


def exported(form: str) -> Callable[[], list[bytes]]:
    @functools.cache
    def seeds() -> list[bytes]:
        from examples import LEAST_CONTEXT, bare, full

        from archive_pkg.interchange import export

        return [_bytes(export(form, record, LEAST_CONTEXT)) for record in (bare(), full())]

    return seeds


def _bytes(made: object) -> bytes:
    return made if isinstance(made, bytes) else str(made).encode()


def edition_seeds() -> list[bytes]:
    files = sorted((ROOT / "tests").rglob("*.xml"))
    found = [data for path in files if len(data := path.read_bytes()) < 12_000 and b"tei-c" in data]
    return exported("tei")() + found


def read_xml(data: bytes) -> None:
    from archive_pkg.interchange import importing

    importing.read(data, "import.xml")


# --- deposits, audits and signatures


@functools.cache
def receipt_seeds() -> list[bytes]:
    from archive_pkg import deposit

    package = scratch() / "deposited" / LETTER.name
    shutil.copytree(PACKAGE, package)
    receipt = json.loads(deposit(package, f"file:{scratch() / 'drop'}").path.read_bytes())
    return [json.dumps({**receipt, "files": receipt["files"][:2]}).encode()]


def read_receipt(data: bytes) -> None:
    from archive_pkg.deposits.receipts import load_receipt

    load_receipt(at("x.json", data)).event()


def journal_seeds() -> list[bytes]:
    lines = [
        {"what": "intent", "step": "draft", "known": {"mark": "x"}, "time": "2026-11-24T12:00:00Z"},
        {"what": "outcome", "step": "draft", "known": {"id": "abc"}},
        {"what": "undone", "step": "draft", "known": {}},
    ]
    return [b"".join(json.dumps(line).encode() + b"\n" for line in lines)]


def mutate_json_lines(rng: random.Random, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    for _ in range(rng.randint(1, 3)):
        n = rng.randrange(len(lines))
        lines[n] = m.mutate_json(rng, lines[n]) + b"\n"
    return b"".join(lines)


def read_journal(data: bytes) -> None:
    from archive_pkg.deposits.journal import Journal

    journal = Journal(at("x.journal", data), sync=False)
    for step in ("draft", "send", "x"):
        journal.outcome(step)
        journal.begun(step)
        journal.is_done(step)


def ledger_seeds() -> list[bytes]:
    entry = {
        "event": "fixity check",
        "package": "p",
        "time": "2026-11-24T12:00:00Z",
        "outcome": "pass",
        "seal": "0" * 64,
        "files": 3,
        "size": 99,
        "findings": ["x"],
        "against": {"ocfl:/x": "same"},
        "id": "p",
        "built_here": True,
        "detail": "x",
        "software": "archive-pkg 1",
    }
    return [
        json.dumps(
            [entry, {**entry, "outcome": "fail", "event": "recovery", "files": ["data/x"]}, entry]
        ).encode()
    ]


def mutate_ledger(rng: random.Random, data: bytes) -> bytes:
    """Change values of entries and chain the entries again, so that they are read as valid."""
    import hashlib

    try:
        tree_ = m.mutate_tree(rng, json.loads(data))
    except RecursionError:
        tree_ = []
    entries = tree_ if isinstance(tree_, list) else [tree_]
    made, previous = b"", "0" * 64
    for number, entry in enumerate(entries, 1):
        chained = (
            {**entry, "number": number, "previous": previous} if isinstance(entry, dict) else entry
        )
        line = m.as_json(chained)
        made += line + b"\n"
        previous = hashlib.sha256(line).hexdigest()
    return m.mutate_bytes(rng, made, 2) if rng.random() < 0.2 else made


def read_ledger(data: bytes) -> None:
    from archive_pkg.collection.audits import ledger
    from archive_pkg.collection.audits.check_events import _event, _PackageEvents
    from archive_pkg.collection.audits.histories import PackageHistories

    path = at("ledger.jsonl", data)
    with PackageHistories() as state:
        ledger.read(path, state.take)
        list(state.all())
    for entry in list(_PackageEvents(path).about("p", "p")):
        _event(entry, "p", scratch())


@functools.cache
def signed() -> dict[str, bytes]:
    """Keys, signatures, certificates and revocation lists of ssh-keygen."""
    home = scratch() / "signed"
    home.mkdir()

    def run(*words: str) -> None:
        subprocess.run(["ssh-keygen", "-q", *words], cwd=home, check=True, capture_output=True)

    for name, kind in (
        ("authority", "ed25519"),
        ("editor", "ed25519"),
        ("other", "ecdsa"),
        ("third", "rsa"),
    ):
        run("-t", kind, "-N", "", "-C", name, "-f", name)
    (home / "m").write_bytes(MESSAGE)
    found = {}
    for name in ("editor", "other", "third"):
        (home / "m.sig").unlink(missing_ok=True)
        run("-Y", "sign", "-n", "file", "-f", name, "m")
        found[f"{name}.sig"] = (home / "m.sig").read_bytes()
    run(
        "-s",
        "authority",
        "-I",
        "an editor",
        "-n",
        "editor@example.org",
        "-V",
        "-1d:+90d",
        "editor.pub",
    )
    (home / "m.sig").unlink()
    run("-Y", "sign", "-n", "file", "-f", "editor-cert.pub", "m")
    found["certified.sig"] = (home / "m.sig").read_bytes()
    (home / "spec").write_text("serial: 1-9\nid: an editor\n")
    run("-k", "-f", "krl", "-s", "authority.pub", "spec")
    run("-k", "-u", "-f", "krl", "editor.pub", "other.pub")
    found["krl"] = (home / "krl").read_bytes()
    found["keys"] = (home / "editor.pub").read_bytes() + (home / "third.pub").read_bytes()
    line = (home / "editor.pub").read_text()
    found["allowed"] = (
        f"# who\neditor@example.org,boss {line}"
        f'"a b,c*" namespaces="file,x",valid-after="20200101",valid-before="20400101Z" {line}'
        f"*@example.org cert-authority {(home / 'authority.pub').read_text()}"
    ).encode()
    return found


def signature_seeds() -> list[bytes]:
    return [held for name, held in signed().items() if name.endswith(".sig")]


def mutate_armour(rng: random.Random, data: bytes) -> bytes:
    """A signature with other bytes inside its base64, or outside."""
    import base64

    if rng.random() < 0.2:
        return m.mutate_bytes(rng, data)
    head, *body, tail = data.strip().split(b"\n")
    inner = mutate_wire(rng, base64.b64decode(b"".join(body)))
    return b"\n".join([head, base64.encodebytes(inner).strip(), tail, b""])


def mutate_wire(rng: random.Random, data: bytes) -> bytes:
    """Bytes in OpenSSH's form, whose strings have other lengths or contents."""
    for _ in range(rng.randint(1, 3)):
        starts = [
            n for n in range(len(data) - 4) if 0 < int.from_bytes(data[n : n + 4]) <= len(data) - n
        ]
        if not starts or rng.random() < 0.3:
            data = m.mutate_bytes(rng, data, 1)
            continue
        n = rng.choice(starts)
        size = int.from_bytes(data[n : n + 4])
        held = data[n + 4 : n + 4 + size]
        held = rng.choice(
            [b"", held + held, m.mutate_bytes(rng, held, 1), rng.randbytes(9), held[:-1]]
        )
        length = len(held) if rng.random() < 0.8 else rng.choice([0, 2**32 - 1, len(held) + 1])
        data = data[:n] + length.to_bytes(4) + held + data[n + 4 + size :]
    return data


@functools.cache
def signers() -> Sequence[Signer]:
    from archive_pkg.packages.signatures.signers import read_allowed_signers

    return read_allowed_signers(at("allowed-good", signed()["allowed"]))


def read_signature(data: bytes) -> None:
    from datetime import UTC, datetime

    from archive_pkg.packages.signatures import ssh_signatures

    found = ssh_signatures.parse(data)
    found.matches(MESSAGE)
    for signer in signers():
        if signer.knows(found):
            signer.allows(found, datetime(2026, 11, 24, tzinfo=UTC))
    if found.certificate:
        assert found.certificate.span


def read_krl(data: bytes) -> None:
    from archive_pkg.packages.signatures import ssh_signatures
    from archive_pkg.packages.signatures.signers import read_revoked

    revoked = read_revoked(at("krl", data))
    for each in signature_seeds():
        revoked.revokes(ssh_signatures.parse(each))


def read_allowed(data: bytes) -> None:
    from datetime import UTC, datetime

    from archive_pkg.packages.signatures import ssh_signatures
    from archive_pkg.packages.signatures.signers import read_allowed_signers

    for signer in read_allowed_signers(at("allowed", data)):
        for each in signature_seeds():
            signer.allows(ssh_signatures.parse(each), datetime(2026, 11, 24, tzinfo=UTC))


@functools.cache
def stamps() -> tuple[list[bytes], bytes]:
    """Timestamps of a message and their root."""
    from authority import Authority

    tsa = Authority(scratch() / "tsa")
    (tsa.folder / "m").write_bytes(MESSAGE)
    tsa._openssl("ts -query -data m -sha512 -cert -out m.tsq")
    return [tsa.reply((tsa.folder / "m.tsq").read_bytes())], tsa.ca.read_bytes()


def mutate_der(rng: random.Random, data: bytes) -> bytes:
    """DER with other lengths, tags and contents somewhere."""
    places: list[tuple[int, int, int]] = []

    def walk(start: int, end: int) -> None:
        at_ = start
        while at_ + 2 <= end:
            size, head = data[at_ + 1], 2
            if size & 0x80:
                head += size & 0x7F
                size = int.from_bytes(data[at_ + 2 : at_ + head])
            if at_ + head + size > end:
                return
            places.append((at_, head, size))
            if data[at_] & 0x20:
                walk(at_ + head, at_ + head + size)
            at_ += head + size

    if rng.random() < 0.3:
        return m.mutate_bytes(rng, data)
    walk(0, len(data))
    at_, head, size = rng.choice(places)
    whole = data[at_ : at_ + head + size]
    other = rng.choice(places)
    new = rng.choice(
        [
            b"",
            whole + whole,
            bytes([rng.randrange(256)]) + whole[1:],
            m.mutate_bytes(rng, whole, 1),
            data[other[0] : sum(other)],
            b"\x05\x00",
            b"\x30\x80",
            b"\x02\x01\xff",
            b"\x30\x84\xff\xff\xff\xff",
        ]
    )
    return _replaced(data, places, at_, head + size, new)


def _replaced(
    data: bytes, places: list[tuple[int, int, int]], at_: int, old: int, new: bytes
) -> bytes:
    """The bytes with a piece replaced, and the lengths around it corrected, the inmost first."""
    around = [p for p in places if p[0] < at_ and at_ + old <= sum(p)]
    for start, head, size in sorted(around, reverse=True):
        body = data[start + head : at_] + new + data[at_ + old : start + head + size]
        length = len(body)
        coded = bytes([length]) if length < 128 else b"\x82" + length.to_bytes(2)
        if length > 65535:
            coded = b"\x83" + length.to_bytes(3)
        new = data[start : start + 1] + coded + body
        at_, old = start, head + size
    return data[:at_] + new + data[at_ + old :]


def read_stamp(data: bytes) -> None:
    from archive_pkg.packages.signatures import timestamps

    found = timestamps.read(data)
    found.fault(MESSAGE)
    found.fault(MESSAGE, stamps()[1])


def certificate_seeds() -> list[bytes]:
    return [stamps()[1], (scratch() / "tsa/tsa.pem").read_bytes() + stamps()[1]]


def mutate_pem(rng: random.Random, data: bytes) -> bytes:
    import base64

    blocks = re.findall(rb"-----BEGIN CERTIFICATE-----\n(.*?)-----END", data, re.DOTALL)
    if not blocks or rng.random() < 0.2:
        return m.mutate_bytes(rng, data)
    der = mutate_der(rng, base64.b64decode(rng.choice(blocks)))
    return (
        b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der) + b"-----END CERTIFICATE-----\n"
    )


def read_roots(data: bytes) -> None:
    from archive_pkg.packages.signatures import timestamps

    roots = timestamps.read_certificates(at("roots.pem", data))
    timestamps.read(stamps()[0][0]).fault(MESSAGE, roots)


def no_stamp() -> tuple[type[Exception], ...]:
    from archive_pkg.packages.signatures.timestamps import NoStampError

    return (NoStampError,)


def malformed() -> tuple[type[Exception], ...]:
    from archive_pkg.packages.signatures.ssh_encoding import SshFormatError

    return (SshFormatError,)


# --- settings


def mapping_seeds() -> list[bytes]:
    from archive_pkg import tables

    return [tables.draft_map(at("some.csv", seed)).encode() for seed in list_seeds()[:2]]


def read_mapping(data: bytes) -> None:
    from archive_pkg.tables.lists.mapping import read_mapping as read

    read(at("list.map.yaml", data))


@functools.cache
def vocabulary_seeds() -> list[bytes]:
    import yaml

    home = ROOT / "src/archive_pkg/drafting/vocabulary"
    found = []
    for path in sorted(home.glob("*.yaml")):
        held = yaml.load(path.read_bytes(), yaml.CBaseLoader)
        for key, value in held.items():
            if isinstance(value, list):
                held[key] = value[:2]
            if isinstance(value, dict):
                held[key] = dict(list(value.items())[:2])
        found.append(yaml.dump(held, Dumper=yaml.CSafeDumper, allow_unicode=True).encode())
    return found


def read_vocabulary(data: bytes) -> None:
    from archive_pkg.drafting.vocabulary import load_vocabulary

    load_vocabulary.__wrapped__(at("own.yaml", data))


# --- OCFL


@functools.cache
def ocfl_seeds() -> list[bytes]:
    from archive_pkg import deposit

    package = scratch() / LETTER.name
    shutil.copytree(PACKAGE, package)
    deposit(package, f"ocfl:{scratch() / 'root'}")
    [inventory] = (scratch() / "root").rglob("v1/inventory.json")
    held = json.loads(inventory.read_bytes())
    return [json.dumps(held).encode()]


def read_ocfl(data: bytes) -> None:
    import hashlib

    from archive_pkg.deposits.repositories.ocfl.root import OcflRoot

    ocfl_seeds()
    [home] = {path.parent for path in (scratch() / "root").rglob("0=ocfl_object_1.1")}
    for where in (home, home / "v1"):
        (where / "inventory.json").write_bytes(data)
        side = f"{hashlib.sha512(data).hexdigest()} inventory.json\n"
        (where / "inventory.json.sha512").write_text(side)
    root = OcflRoot(f"ocfl:{scratch() / 'root'}")
    into = scratch() / "fetched"
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir()
    for ask in (
        lambda: root.status(LETTER.name, "v1"),
        lambda: root.verify(LETTER.name, "v1"),
        lambda: root.fetch(LETTER.name, "v1", into),
    ):
        _ours(ask)


def _ours(ask: Callable[[], object]) -> None:
    from archive_pkg.errors import ArchivePkgError

    with contextlib.suppress(ArchivePkgError):
        ask()


# --- answers of servers


@functools.cache
def web() -> HttpClient:
    """A real connection, which is only asked about addresses."""
    from archive_pkg.deposits.http.client import HttpClient

    return HttpClient("https://example.org/x", "target", "name", {})


@functools.cache
def repository(kind: str, address: str) -> Any:
    """Return a repository; it is made once, which takes longer than reading an answer."""
    from archive_pkg.deposits.repositories import dataverse, sword
    from archive_pkg.deposits.repositories.inveniordm import repository

    classes: dict[str, Any] = {
        "inveniordm": repository.InvenioRdm,
        "dataverse": dataverse.Dataverse,
        "sword2": sword.SwordCollection,
    }
    return classes[kind](f"{kind}+https://example.org{address}")


class Answers:
    """A connection that answers every request with the same answer."""

    def __init__(self, body: bytes) -> None:
        from archive_pkg.deposits.http.client import Reply

        self.reply = Reply(200, {}, body, "https://example.org")

    def ask(self, *_: object, **__: object) -> object:
        return self.reply

    def url(self, path: str) -> str:
        return web().url(path)


def invenio_seeds() -> list[bytes]:
    record = {
        "id": "abc",
        "links": {"self_html": "https://example.org/records/abc"},
        "is_published": True,
        "pids": {"doi": {"identifier": "10.5281/zenodo.1", "provider": "datacite"}},
        "metadata": {"title": "x", "identifiers": [{"identifier": "mark", "scheme": "other"}]},
        "access": {"files": "public", "embargo": {"active": False, "until": "2030-01-01"}},
        "entries": [{"key": "x.zip", "checksum": "md5:" + "0" * 32, "size": 3, "links": {}}],
    }
    return [json.dumps({**record, "hits": {"hits": [record], "total": 1}}).encode()]


def read_invenio(data: bytes) -> None:
    target = repository("inveniordm", "")
    target._web = Answers(data)
    for ask in (
        lambda: target.status("abc", ""),
        lambda: target._found("mark"),
        lambda: target._contents("abc"),
        lambda: target._entries("x"),
    ):
        _ours(ask)


def dataverse_seeds() -> list[bytes]:
    file = {
        "id": 7,
        "filename": "x.zip",
        "md5": "0" * 32,
        "checksum": {"type": "MD5", "value": "0"},
    }
    latest = {
        "versionState": "RELEASED",
        "versionNumber": 1,
        "versionMinorNumber": 0,
        "files": [{"label": "x.zip", "restricted": False, "dataFile": file}],
        "metadataBlocks": {},
    }
    return [json.dumps({"status": "OK", "data": {"id": 1, "latestVersion": latest}}).encode()]


def read_dataverse(data: bytes) -> None:
    target = repository("dataverse", "/x?contact=a@example.org")
    target._web = Answers(data)
    _ours(lambda: target.status("doi:10.5072/x", ""))
    _ours(lambda: target._contents("doi:10.5072/x"))


def sword_seeds() -> list[bytes]:
    atom = 'xmlns="http://www.w3.org/2005/Atom"'
    state = "http://purl.org/net/sword/terms/state"
    entry = (
        '<entry><id>x</id><link rel="edit" href="/e/1"/><link rel="edit-media" href="/m/1"/>'
        '<link rel="http://purl.org/net/sword/terms/add" href="/a"/>'
        '<link rel="alternate" href="/s"/>'
        '<category term="http://purl.org/net/sword/terms/originalDeposit" scheme="x"/>'
        '<content src="/c/1"/><title>mark</title></entry>'
    )
    archived = f'<category scheme="{state}" term="{state}/archived">ok</category>'
    return [f"<feed {atom}>{archived}{entry}</feed>".encode()]


def read_sword(data: bytes) -> None:
    target = repository("sword2", "/x")
    target._web = Answers(data)
    for ask in (
        lambda: target.status("https://example.org/x/s", ""),
        lambda: target._found("mark"),
        lambda: target._contents("https://example.org/x/s"),
    ):
        _ours(ask)


def webdav_seeds() -> list[bytes]:
    response = (
        "<D:response><D:href>/x/a.txt</D:href><D:propstat><D:prop><D:getcontentlength>3"
        "</D:getcontentlength><D:resourcetype/></D:prop></D:propstat></D:response>"
        "<D:response><D:href>/x/</D:href><D:propstat><D:prop><D:resourcetype><D:collection/>"
        "</D:resourcetype></D:prop></D:propstat></D:response>"
    )
    return [f'<D:multistatus xmlns:D="DAV:">{response}</D:multistatus>'.encode()]


def read_webdav(data: bytes) -> None:
    from archive_pkg.deposits.repositories.drop.webdav import WebDavStorage

    answers: Any = Answers(data)
    place = WebDavStorage(answers, "davs://example.org/x")
    place.list("/x/")


def words_seeds() -> list[bytes]:
    errors = [{"field": "metadata.title", "messages": ["Missing data."]}]
    return [json.dumps({"message": "no", "errors": errors}).encode(), b"<html><h1>No</h1></html>"]


def read_words(data: bytes) -> None:
    import httpx

    from archive_pkg.deposits.http.client import _words

    for kind in ("application/json", "text/html"):
        _words(httpx.Response(400, headers={"content-type": kind}), data)


READERS = {
    reader.name: reader
    for reader in (
        Reader("bag", bag_seeds, in_folder, read_bag),
        Reader("archive", bag_seeds, mutate_archive, read_archive),
        Reader("profile", profile_seeds, m.mutate_json, read_profile),
        Reader("record-yaml", record_seeds, m.mutate_yaml, read_record_yaml),
        Reader("record-json", record_json_seeds, m.mutate_json, read_record_json),
        Reader("list", list_seeds, m.mutate_csv, read_table),
        Reader("workbook", workbook_seeds, mutate_workbook, read_workbook),
        Reader("catalogue", catalogue_seeds, in_folder, read_catalogue),
        Reader("data-package", descriptor_seeds, m.mutate_json, read_descriptor),
        Reader("text", text_seeds, m.mutate_text, read_text),
        Reader("docx", docx_seeds, m.mutate_zip, document_reader("letter.docx")),
        Reader("odt", odt_seeds, m.mutate_zip, document_reader("letter.odt")),
        Reader("tei", edition_seeds, m.mutate_xml, read_xml),
        Reader("cmif", exported("cmif"), m.mutate_xml, read_xml),
        Reader("ead3", exported("ead3"), m.mutate_xml, read_xml),
        Reader("datacite", exported("datacite"), m.mutate_xml, read_xml),
        Reader("receipt", receipt_seeds, m.mutate_json, read_receipt),
        Reader("journal", journal_seeds, mutate_json_lines, read_journal),
        Reader("ledger", ledger_seeds, mutate_ledger, read_ledger),
        Reader("signature", signature_seeds, mutate_armour, read_signature, malformed()),
        Reader("revoked-keys", lambda: [signed()["krl"]], mutate_wire, read_krl, malformed()),
        Reader("allowed-signers", lambda: [signed()["allowed"]], m.mutate_text, read_allowed),
        Reader("timestamp", lambda: stamps()[0], mutate_der, read_stamp, no_stamp()),
        Reader("certificates", certificate_seeds, mutate_pem, read_roots, no_stamp()),
        Reader("mapping", mapping_seeds, m.mutate_yaml, read_mapping),
        Reader("vocabulary", vocabulary_seeds, m.mutate_yaml, read_vocabulary),
        Reader("ocfl", ocfl_seeds, m.mutate_json, read_ocfl),
        Reader("inveniordm", invenio_seeds, m.mutate_json, read_invenio),
        Reader("dataverse", dataverse_seeds, m.mutate_json, read_dataverse),
        Reader("sword", sword_seeds, m.mutate_xml, read_sword),
        Reader("webdav", webdav_seeds, m.mutate_xml, read_webdav),
        Reader("error-words", words_seeds, m.mutate_json, read_words),
    )
}
