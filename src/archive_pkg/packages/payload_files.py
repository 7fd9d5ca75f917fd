"""Make the payload files that describe a record, with a readme for later readers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic_core import to_json

from archive_pkg import tables
from archive_pkg.dates.date_words import in_words
from archive_pkg.fixity import ALGORITHMS
from archive_pkg.messages import _
from archive_pkg.packages.citation import citation
from archive_pkg.packages.layout import PARTS, README, RECORD, SOFTWARE_LABEL
from archive_pkg.records.display import classification_in_words, relations, words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archive_pkg.projects import Project
    from archive_pkg.records import Access, Part, Record


def record_bytes(record: Record) -> bytes:
    """Return the record as JSON in UTF-8, in the order of the models."""
    return to_json(record.as_json(), indent=2) + b"\n"


@dataclass(frozen=True, slots=True)
class Manifests:
    """The manifests of the bag around the payload, which its readme says how to check.

    Attributes:
        algorithms: The algorithms of the payload manifests, the strongest first.
        tag_algorithms: The algorithms of the tag manifests, the strongest first.
        version: The bag's BagIt version.
    """

    algorithms: tuple[str, ...] = ("sha512", "sha256")
    tag_algorithms: tuple[str, ...] = ("sha512", "sha256")
    version: str = "1.0"


def record_files(
    record: Record, documents: Mapping[str, str], manifests: Manifests | None = Manifests()
) -> dict[str, bytes]:
    """Return the payload files that are made from the record, by their paths below `data/`.

    Args:
        record: The record.
        documents: What each file in `metadata/` is, by its name.
        manifests: The manifests of the bag; None if the files will not be in a bag.
    """
    return {
        RECORD: record_bytes(record),
        README: readme(record, documents, manifests).encode(),
        **tables.package_files([record], record.id),
    }


def bag_info(record: Record, software: str, date: str, project: Project) -> list[tuple[str, str]]:
    """Return the labels of bag-info.txt from the record and the project (RFC 8493, 2.2.2)."""
    description = record.summary.text if record.summary else record.title
    labels = [
        *project.labels.items(),
        (SOFTWARE_LABEL, software),
        ("Bagging-Date", date),
        ("External-Description", " ".join(description.split())),
        ("External-Identifier", record.id),
    ]
    labels += [("External-Identifier", other.uri or other.value) for other in record.identifiers]
    return labels


def readme(record: Record, documents: Mapping[str, str], manifests: Manifests | None) -> str:
    """Return a text that describes the package and how to check it without this program."""
    folder = "This folder, data/, has" if manifests else "Here are"
    extent = "what is public" if _is_cut(record) else "everything known"
    return "\n".join(
        [
            record.title,
            "=" * min(len(record.title), 78),
            "",
            *_who_and_when(record),
            "",
            "What is here",
            "------------",
            "",
            f"{folder} the files as received and {extent} about them:",
            "",
            f"  {PARTS + '/':24}the {record.document_type.word}'s files, byte for byte as received",
            f"  {RECORD:24}the record: each statement with its evidence (JSON, UTF-8)",
            f"  {'datapackage.json':24}describes the tables (Data Package, version 2)",
            f"  {'tables/':24}the record as tables (CSV, UTF-8)",
            f"  {'ro-crate-metadata.json':24}the record as an RO-Crate (JSON-LD)",
            f"  {README:24}this text",
            "",
            *_documents(documents),
            *_parts(record),
            "",
            "How to cite",
            "-----------",
            "",
            f"{citation(record)}.",
            "",
            *(_how_to_check(manifests) if manifests else ()),
            "How to read the record",
            "----------------------",
            "",
            'The key "evidence" lists, for each statement ("field"), its basis: "quoted" (the',
            "words are in a part's file at these offsets, counted in Unicode characters from",
            '0), "inferred" (by a rule, from the words given) or "supplied" (by an agent). What',
            "is not in the record is not known.",
            "",
        ]
    )


_BOTH = {1: "This must", 2: "Both"}


def _how_to_check(manifests: Manifests) -> list[str]:
    payload, tags = manifests.algorithms, manifests.tag_algorithms
    names = tuple(dict.fromkeys((*payload, *tags)))
    lists = {
        name: [f"manifest-{name}.txt"] * (name in payload)
        + [f"tagmanifest-{name}.txt"] * (name in tags)
        for name in names
    }
    cuts = [f"cut -c{ALGORITHMS[payload[0]].length + 3}- manifest-{payload[0]}.txt"]
    cuts += [f"cut -c{ALGORITHMS[tags[0]].length + 3}- tagmanifest-{tags[0]}.txt"]
    if payload[0] == tags[0]:
        cuts = [f"{cuts[0]} tagmanifest-{tags[0]}.txt"]
    signed = f"{_BOTH.get(len(tags), 'All').lower()} tag manifests, each with its own signature"
    if len(tags) == 1:
        signed = "the tag manifest with its signature"
    return [
        "How to check that nothing has changed",
        "-------------------------------------",
        "",
        f"The folder above this one is a bag (RFC 8493, BagIt {manifests.version}). "
        "In that folder, run:",
        "",
        *(f"  {name}sum --strict -c {' '.join(lists[name])}" for name in names),
        "",
        f"{_BOTH.get(len(names), 'All')} print OK after each name. "
        "The manifests list the files of data/, the tag",
        "manifests all other files.",
        "",
        *(_without_coreutils(lists) if set(names) <= {"sha1", "sha256", "sha512"} else ()),
        "On Linux and macOS, this prints the files that no manifest lists:",
        "",
        "  { find . -type f | sed 's,^./,,'",
        f"    {'; '.join(cuts)}; }} | sort | uniq -u",
        "",
        "Only the tag manifests themselves and files in signatures/ may appear.",
        "",
        "Anyone who changes a file can also write new manifests. Signatures in signatures/",
        "reveal that. With the signer's public key in a file allowed_signers",
        f"(one line: name, then key), check {signed}:",
        "",
        f"  for list in {' '.join(f'tagmanifest-{name}.txt' for name in reversed(tags))}; do",
        "    ssh-keygen -Y verify -f allowed_signers -I NAME -n file \\",
        "      -s signatures/$list.sig < $list",
        "  done",
        "",
        "Signatures of further signers end in .2.sig, .3.sig and so on. If a tag manifest has",
        "no good signature by the signer you trust, or the checks above find a difference, do",
        "not trust the package.",
        "",
        "A file .tsr next to a signature is a timestamp over it (RFC 3161). With the root",
        "certificate of its authority in ca.pem, for each signature:",
        "",
        f"  openssl ts -verify -data signatures/tagmanifest-{tags[0]}.txt.sig \\",
        f"    -in signatures/tagmanifest-{tags[0]}.txt.sig.tsr -CAfile ca.pem \\",
        f"    -untrusted signatures/tagmanifest-{tags[0]}.txt.sig.tsr.pem",
        "",
    ]


def _without_coreutils(lists: Mapping[str, list[str]]) -> list[str]:
    """Return the commands of macOS and Windows that check each manifest."""
    return [
        "On macOS, run:",
        "",
        *(f"  shasum -a {name[3:]} -c {' '.join(files)}" for name, files in lists.items()),
        "",
        "On Windows, run in PowerShell, which prints only the files that have changed:",
        "",
        *(
            line
            for name, files in lists.items()
            for line in (
                f"  Get-Content -Encoding UTF8 {', '.join(files)} | ForEach-Object {{",
                "    $sum, $file = $_ -split '\\s+', 2",
                f"    $now = (Get-FileHash -Algorithm {name.upper()} -LiteralPath $file).Hash",
                '    if ($now -ne $sum) { "CHANGED: $file" } }',
            )
        ),
        "",
        "For a single file, certutil prints the checksum to compare with the manifest:",
        "",
        *(f"  certutil -hashfile data\\record.json {name.upper()}" for name in list(lists)[:1]),
        "",
    ]


def _documents(documents: Mapping[str, str]) -> list[str]:
    if not documents:
        return []
    return [
        "The folder metadata/ next to data/ has documents made from the record:",
        "",
        *(f"  {name:24}{title}" for name, title in documents.items()),
        "",
    ]


def _who_and_when(record: Record) -> list[str]:
    rows = [
        ("Sender", record.names(record.sender)),
        ("Signatories", record.names(record.signatories)),
        ("Authors", record.names(record.authors)),
        ("Recipients", record.names(record.recipients)),
        ("Date", record.date.words if record.date else ""),
        ("Recorded", words(record, record.recorded) if record.recorded else ""),
        ("Place", record.place.name if record.place else ""),
        ("Classification", classification_in_words(record)),
        ("Rights", words(record, record.rights) if record.rights else ""),
        ("Record", f"{record.id}, version {record.version}"),
    ]
    return [f"{label + ':':16}{value}" for label, value in rows if value]


def _parts(record: Record) -> list[str]:
    if not record.parts:
        return ["The record names no parts."]
    lines = [f"The parts of the {record.document_type.word}:", ""]
    for part in record.parts:
        where = f"{PARTS}/{part.file}" if part.file else _missing(part)
        if part.span:
            where += f", characters {part.span.start} to {part.span.end}"
        if part.file and part.access and part.access.status != "open":
            where += f", {_access(part.access)}"
        title = f": {part.title}" if part.title else ""
        to = "".join(f", {words}" for words in relations(part))
        lines.append(f"  {part.kind} “{part.id}”{to}{title} ({where})")
    if _is_cut(record):
        lines += [
            "",
            "This package is for the public. A package for internal use has the same name without",
            "-public, the withheld parts, and everything known about them.",
        ]
    return lines


def _is_cut(record: Record) -> bool:
    return any(part.is_withheld for part in record.parts)


def _missing(part: Part) -> str:
    what = "withheld" if part.is_withheld else _("not held")
    return f"{what}, {_access(part.access)}" if part.access else what


def _access(access: Access) -> str:
    until = f" until {in_words(access.until.edtf)}" if access.until else ""
    rule = f": {access.rule}" if access.rule else ""
    return f"{access.status}{until}{rule}"
