"""Measure exports: one letter in every format, and a thousand letters in one CMIF file.

The CMIF file is also imported. The peer is lxml, or the json module for JSON: it parses the same
document and writes it again, which is the least work possible. A ratio of 3 means that making the
document from a record takes three times as long. Targets: under 20 ms for a letter in all formats,
and under 2 s for the CMIF file.
"""

from __future__ import annotations

import json
import statistics
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lxml import etree

from archive_pkg.interchange import FORMATS, ExportContext, export
from archive_pkg.interchange.importing import read
from archive_pkg.packages.metadata_documents import read_for_export

if TYPE_CHECKING:
    from collections.abc import Callable

    from archive_pkg.records import Record

LETTER = Path(__file__).parents[1] / "records" / "1960-07-18-cpsu-to-sed"
ROUNDS = 15
MANY = 1000


def median(work: Callable[[], Any], rounds: int = ROUNDS) -> float:
    """Return the median time in seconds, after a first round that loads modules."""
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def copied(name: str, document: bytes) -> bytes:
    """Return a document after the peer has parsed and written it."""
    if FORMATS[name].is_xml:
        return etree.tostring(etree.fromstring(document))
    return json.dumps(json.loads(document), ensure_ascii=False, indent=2).encode()


def has_peer(name: str) -> bool:
    """Return whether a peer can read the format."""
    return FORMATS[name].is_xml or "json" in FORMATS[name].media_type


def one_letter(record: Record, context: ExportContext) -> None:
    """Measure the export of one letter to every format."""
    documents = {name: export(name, record, context) for name in FORMATS}
    print(f"{'format':16}{'bytes':>8}{'ms':>8}{'× peer':>8}")
    total = 0.0
    for name, document in documents.items():
        mine = median(partial(export, name, record, context))
        total += mine
        ratio = "–"
        if has_peer(name):
            peer = median(partial(copied, name, document))
            ratio = f"{mine / peer:.1f}"
        print(f"{name:16}{len(document):8}{mine * 1e3:8.2f}{ratio:>8}")
    print(f"{'all':16}{'':8}{total * 1e3:8.2f}{'':8}   (target: under 20 ms)")


def many_letters(record: Record) -> None:
    """Measure exporting a thousand letters to one CMIF file, and importing it."""
    letters = [record.model_copy(update={"id": f"letter-{number}"}) for number in range(MANY)]
    document = export("cmif", letters)
    mine = median(lambda: export("cmif", letters), 3)
    peer = median(lambda: copied("cmif", document), 3)
    print(f"CMIF of {MANY}: {mine:.3f} s, {mine / peer:.1f} × peer   (target: under 2 s)")
    back = median(lambda: read(document, "cmif.xml"), 3)
    peer = median(lambda: etree.fromstring(document), 3)
    print(f"import of this CMIF file: {back:.3f} s, {back / peer:.0f} × parsing alone")


def main() -> None:
    """Print the tables."""
    known = read_for_export(LETTER, made="2026-11-24")
    one_letter(known.outgoing.record, known.context)
    many_letters(known.outgoing.record)


if __name__ == "__main__":
    main()
