"""A record with every field, a record with almost no field, and the text of the first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from archive_pkg.interchange import ExportContext, FileFacts
from archive_pkg.projects import Project, ProjectFile
from archive_pkg.records.models import Record

TEXT = """\
SECRET  Copy no. 2

Moscow, 3 March 1961

TO COMRADE W. ULBRICHT

Dear Comrade Ulbricht!

We agree on the plan [planom] that you [the SED] sent; the line of the
sector [illegible] is drawn, and the costs [...] is known to Berlin.

With communist greetings,

N. KHRUSHCHEV
"""


def quote(exact: str, part: str = "english") -> dict[str, Any]:
    start = TEXT.index(exact)
    return {"part": part, "start": start, "end": start + len(exact), "exact": exact}


def _note(name: str, kind: str, exact: str, **more: str) -> dict[str, Any]:
    return {"id": name, "kind": kind, "at": quote(exact)} | more


def _evidence(field: str, exact: str) -> dict[str, Any]:
    return {"field": field, "basis": "quoted", "at": quote(exact)}


FULL: dict[str, Any] = {
    "id": "1961-03-03-khrushchev-to-ulbricht",
    "version": 2,
    "supersedes": "1961-03-03-khrushchev-to-ulbricht version 1",
    "identifiers": [
        {"scheme": "doi", "value": "10.1000/182"},
        {"scheme": "url", "value": "https://example.org/letters/17"},
        {"scheme": "local", "value": "WCC 112233", "note": "the number in the first edition"},
    ],
    "type": "letter",
    "title": "Letter, Khrushchev to Ulbricht, 3 March 1961",
    "variant_titles": ["Khrushchev's reply on the plan"],
    "sender": ["cc-cpsu", "khrushchev"],
    "signatories": ["khrushchev"],
    "recipients": ["ulbricht"],
    "copies_to": ["gromyko"],
    "date": {"edtf": "1961-03-03", "as_written": "3 March 1961", "note": "new style"},
    "received": {"edtf": "1961-03~", "as_written": "early in March", "note": "a stamp, blurred"},
    "place": {
        "name": "Moscow",
        "as_written": "Moskau",
        "identifiers": [{"scheme": "geonames", "value": "524901"}],
    },
    "classification": {
        "as_written": "SECRET",
        "language": "en",
        "scheme": "ussr",
        "level": "secret",
        "caveats": ["Copy no. 2"],
        "history": [
            {
                "action": "declassified",
                "date": {"edtf": "1992", "as_written": "in 1992", "note": "by decree"},
                "by": "archive",
                "note": "Presidential decree",
            }
        ],
    },
    "salutation": "Dear Comrade Ulbricht!",
    "closing": "With communist greetings,",
    "summary": {"text": "Agrees on a plan.", "part": "english", "author": "editor"},
    "subjects": [
        {"term": "Berlin question", "identifier": {"scheme": "lcsh", "value": "sh85013240"}},
        {"term": "Sector borders"},
    ],
    "mentioned_agents": ["sed"],
    "mentioned_places": [
        {
            "name": "Berlin",
            "as_written": "Berlin town",
            "identifiers": [{"scheme": "geonames", "value": "2950159"}],
        }
    ],
    "parts": [
        {
            "id": "russian",
            "kind": "original",
            "title": "The letter in Russian",
            "held": False,
            "languages": ["ru"],
            "note": "Two leaves.",
            "access": {
                "status": "restricted",
                "until": {
                    "edtf": "2031-03",
                    "as_written": "seventy years",
                    "note": "from its date",
                },
                "rule": "the archive's law",
            },
        },
        {
            "id": "scan",
            "kind": "scan",
            "title": "Photographs of the leaves",
            "file": "scans/leaf 1.tif",
            "sha256": "ab" * 32,
            "media_type": "image/tiff",
            "made_from": ["russian"],
            "made_by": ["archive"],
            "made": {"edtf": "2003", "as_written": "in 2003", "note": "year on the film"},
            "method": "Photographed from microfilm.",
        },
        {
            "id": "english",
            "kind": "translation",
            "title": "The letter in English",
            "file": "letter.txt",
            "span": {"start": 0, "end": len(TEXT)},
            "sha256": "cd" * 32,
            "media_type": "text/plain",
            "encoding": "UTF-8",
            "languages": ["en"],
            "made_from": ["russian"],
            "made_by": ["goldberg"],
            "made": {"edtf": "1998-05"},
            "method": "Translated by hand.",
            "note": "Reads well.",
        },
    ],
    "translation_notes": [
        _note(
            "plan",
            "source-term",
            "[planom]",
            text="In the instrumental.",
            rendering="the plan",
            original="планом",
            language="ru",
            romanized="planom",
            romanization="BGN/PCGN 1947",
        ),
        _note("who", "insertion", "[the SED]", text="The translator's addition."),
        _note("hole", "illegible", "[illegible]", text="A hole in the leaf."),
        _note("left-out", "omission", "[...]", text="Some words left out."),
        _note("slip", "sic", "costs [...] is known", text="For “are known”."),
        _note("across", "editorial", "that you [the", text="Runs across another note."),
    ],
    "enclosures": [{"id": "map", "title": "A map of the sector"}],
    "holdings": [
        {
            "repository": "Russian State Archive of Contemporary History",
            "levels": [
                {"name": "fond", "value": "3"},
                {"name": "opis", "value": "14"},
                {"name": "delo", "value": "479"},
                {"name": "list", "value": "l. 12"},
            ],
        },
    ],
    "custody": "Kept by the General Department until 1991.",
    "donor": "goldberg",
    "publications": ["Documents on Berlin, vol. 2, no. 17 (1999)"],
    "rights": {
        "statement": "The translation may be used freely.",
        "licence": "CC-BY-4.0",
        "holder": "goldberg",
    },
    "agents": [
        {
            "id": "cc-cpsu",
            "name": "Central Committee of the CPSU",
            "kind": "organization",
            "as_written": "the CC",
        },
        {
            "id": "khrushchev",
            "name": "Khrushchev, Nikita",
            "kind": "person",
            "role": "First Secretary",
            "as_written": "N. KHRUSHCHEV",
            "identifiers": [{"scheme": "wikidata", "value": "Q35314"}],
            "note": "Wrote the draft himself.",
        },
        {"id": "ulbricht", "name": "Walter Ulbricht", "kind": "person"},
        {"id": "gromyko", "name": "Andrei Gromyko", "kind": "person"},
        {"id": "sed", "name": "Socialist Unity Party of Germany", "kind": "organization"},
        {"id": "archive", "name": "RGANI", "kind": "organization"},
        {"id": "goldberg", "name": "The Goldbergs", "kind": "family"},
        {"id": "editor", "name": "An editor", "kind": "person"},
        {"id": "ocr", "name": "tesseract", "kind": "software", "version": "5.3.0"},
    ],
    "events": [
        {
            "id": "written",
            "type": "creation",
            "date": {"edtf": "1961-03-03", "as_written": "3 March", "note": "the day it bears"},
            "agents": ["cc-cpsu"],
            "objects": ["russian"],
        },
        {
            "id": "translated",
            "type": "translation",
            "date": {"edtf": "1998-05"},
            "agents": ["goldberg"],
            "sources": ["russian"],
            "objects": ["english"],
            "outcome": "success",
            "detail": "From the microfilm.",
        },
        {"id": "kept", "type": "fixity check", "outcome": "success"},
    ],
    "evidence": [
        _evidence("classification", "SECRET  Copy no. 2"),
        _evidence("place", "Moscow, "),
        _evidence("date", "3 March 1961"),
        _evidence("recipients", "COMRADE W. ULBRICHT"),
        _evidence("salutation", "Dear Comrade Ulbricht!"),
        _evidence("closing", "With communist greetings,"),
        _evidence("signatories", "N. KHRUSHCHEV"),
        _evidence("mentioned_places.0", "Berlin"),
        {
            "field": "date",
            "basis": "supplied",
            "agent": "editor",
            "value": "1961-03-04",
            "confidence": "guess",
            "note": "The stamp says so.",
        },
    ],
}

BARE: dict[str, Any] = {"id": "x", "type": "message", "title": "A letter"}


def full() -> Record:
    return Record.model_validate(FULL)


def bare() -> Record:
    return Record.model_validate(BARE)


PROJECT = Project(
    ProjectFile.model_validate(
        {
            "licence": "CC-BY-4.0",
            "rights_statement": "The descriptions are free to use.",
            "base_url": "https://example.org/edition",
            "institution": {"name": "A publisher", "isil": "DE-1"},
            "contact": {"name": "Reading room", "email": "reading-room@example.org"},
        }
    )
)
"""The settings of a project that every format can be written with."""

FULL_CONTEXT = ExportContext(
    texts={"english": TEXT},
    files={
        "scans/leaf 1.tif": FileFacts(4, {"sha256": "ab" * 32, "md5": "9" * 32}),
        "letter.txt": FileFacts(len(TEXT), {"sha256": "cd" * 32, "sha512": "e" * 128}),
    },
    folder="../data/",
    addresses={FULL["id"]: "https://example.org/letters/17"},
    publisher="A publisher",
    year=2026,
    made="2026-11-24",
    software="archive-pkg 0",
    image_size=lambda path: (1200, 1600),
    tei_addresses={FULL["id"]: "https://example.org/letters/17.xml"},
    project=PROJECT,
)
BARE_CONTEXT = ExportContext(software="archive-pkg 0")
LEAST_CONTEXT = replace(
    BARE_CONTEXT, publisher="P", made="2026-11-24", project=PROJECT, image_size=lambda path: (2, 3)
)
"""A context with only what CMIF and IIIF require."""


def record(**fields: Any) -> Record:
    """Return the record with almost no field, and with the given fields."""
    return Record.model_validate(BARE | fields)


TALK: dict[str, Any] = {
    "id": "1958-10-02-talk",
    "type": "memorandum-of-conversation",
    "title": "Talk on the river traffic, 2 October 1958",
    "authors": ["weber"],
    "participants": [
        {"agent": "orlova", "part": "chair", "office": "Deputy Minister", "side": "USSR"},
        {"agent": "weber", "part": ["interpreter", "note-taker"], "side": "GDR"},
    ],
    "date": {"edtf": "1958-10-03"},
    "recorded": {"edtf": "1958-10-02", "kind": "talk", "place": {"name": "Moscow"}},
    "mentioned_agents": ["shipping"],
    "agents": [
        {"id": "orlova", "name": "Orlova, Vera", "kind": "person"},
        {"id": "weber", "name": "Weber, Karl", "kind": "person"},
        {"id": "shipping", "name": "River Shipping Office", "kind": "organization"},
    ],
}
MINUTES: dict[str, Any] = {
    "id": "1958-11-04-minutes",
    "type": "minutes",
    "number": "49",
    "title": "Minutes No. 49 of the harbour board",
    "authors": ["board"],
    "participants": [{"agent": "orlova", "part": "chair"}],
    "recorded": {"as_written": "4 November 1958", "edtf": "1958-11-04", "kind": "session"},
    "items": [{"id": "ice", "title": "Ice on the river", "number": "1"}],
    "agents": [
        {"id": "board", "name": "Harbour board", "kind": "organization"},
        {"id": "orlova", "name": "Orlova, Vera", "kind": "person"},
    ],
}
"""Documents that are not correspondence."""


def talk() -> Record:
    return Record.model_validate(TALK)


def minutes() -> Record:
    return Record.model_validate(MINUTES)


PARTICULARS: dict[str, Any] = {
    "authors": ["writer"],
    "attention": ["reader"],
    "distribution": "markdistribution",
    "dispatched": {
        "edtf": "1961-03-04",
        "as_written": "markwritten",
        "note": "markstamp",
        "place": {"name": "markplace"},
    },
    "copy_number": "markcopy",
    "filing_reference": "markfiling",
    "extent": "markextent",
    "items": [{"id": "ice", "number": "markfirst", "title": "markitem", "record": "markown"}],
    "relations": [
        {
            "kind": "reply-to",
            "title": "marktelegram",
            "record": "markother",
            "identifier": {"scheme": "local", "value": "markvalue"},
            "note": "markreply",
        },
        {
            "kind": "enclosure-of",
            "title": "markprotocol",
            "identifier": {"scheme": "doi", "value": "10.1000/markdoi"},
        },
    ],
    "number": "marknumber",
    "recorded": {"edtf": "1961-03-02", "note": "markdoubt", "place": {"name": "markhall"}},
    "participants": [{"agent": "reader", "office": "markoffice", "side": "markside"}],
    "enclosures": [
        {
            "id": "map",
            "title": "markmap",
            "number": "markletter",
            "sender": ["writer"],
            "date": "1961-02-28",
            "record": "markmaprecord",
        },
    ],
    "agents": [
        {"id": "writer", "name": "markwriter", "kind": "person"},
        {"id": "reader", "name": "markreader", "kind": "person"},
    ],
}
"""Fields for which few standards have an element."""
