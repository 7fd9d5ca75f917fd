"""Make the page of a letter: its text next to its record, each statement linked to quoted words."""

from __future__ import annotations

import base64
import hashlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import quote

from archive_pkg import storage
from archive_pkg.dates.date_words import in_words
from archive_pkg.interchange import derived_facts
from archive_pkg.messages import ENGLISH, _, capitalized, language, term, within
from archive_pkg.messages import shown as shown_in
from archive_pkg.packages.citation import citation
from archive_pkg.packages.page import rendering
from archive_pkg.packages.page.paragraphs import paragraphs
from archive_pkg.packages.page.parts import (
    ShownPart,
    embedded,
    image_type,
    read_parts,
    shown_parts,
)
from archive_pkg.packages.page.statement_rows import PageStatements, note_name, note_words
from archive_pkg.records.display import access_in_words, classification_in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from archive_pkg.packages.opening import Package, Verification
    from archive_pkg.paths import StrPath
    from archive_pkg.records import Part, Record
_SCAN_LIMIT = 8 * 1024 * 1024
_VERSIONS = ("original", "transcription", "translation", "redaction")
"""The kinds of parts that are versions of the letter and are shown side by side."""


def letter_page(
    record: Record,
    folder: StrPath,
    *,
    verification: Verification | None = None,
    checked_on: str = "",
    scan_limit: int | None = None,
    is_cut: bool = False,
) -> str:
    """Return the page of a letter: one HTML file that needs no other file.

    The same arguments give the same page. It contains scans, and other files to save, of up to
    64 MiB each.

    Args:
        record: The record.
        folder: The folder that the parts' paths are relative to.
        verification: The result of verifying the package; None if there is no package.
        checked_on: The day of the verification.
        scan_limit: The most bytes of scans in the page, in total; None for no limit. With a limit,
            the page contains no other files.
        is_cut: Whether something was removed from the record for an audience. The page does not
            list findings then, because they name files.

    Raises:
        InvalidError: A text does not have the encoding that the record states.
        StorageError: A part cannot be read.
    """
    store = _embedded_file if scan_limit is None else None
    parts = read_parts(record, Path(folder), scan_limit=scan_limit, store=store)
    shown = view(record, parts, drawing_of(record))
    script = rendering.asset("letter.js")
    return _rendered(shown, _state(verification, checked_on, is_cut=is_cut), script)


def _embedded_file(part: Part, stream: BinaryIO) -> str:
    """Return an address that contains a file to save; empty for images, which the page shows."""
    return "" if image_type(part) else embedded("application/octet-stream", stream.read())


def package_page(package: Package, tag: str = ENGLISH) -> str:
    """Return the page that goes next to a package in a repository.

    It does not say when the package was checked, so the same package gives the same page. It
    contains scans of up to 8 MiB in total.

    Args:
        package: The package.
        tag: The language of the page.

    Raises:
        InvalidError: A text does not have the encoding that the record states.
        StorageError: A part cannot be read.
    """
    with within(tag):
        return letter_page(package.record, package.parts, scan_limit=_SCAN_LIMIT)


def page_in_package(
    record: Record, texts: Mapping[str, str], extracted: Mapping[str, str], folder: str
) -> str:
    """Return the page that a package contains: it has no script and links to the files.

    Args:
        record: The record.
        texts: The complete text of each text part's file, by the part's id.
        extracted: The text extracted from each Word and OpenDocument file, by the part's id.
        folder: The folder of the parts' files, seen from the page, with a slash at its end.
    """
    files = {part.id: quote(f"{folder}{part.file}") for part in record.parts if part.file}
    images = {
        part.id: files[part.id]
        for part in record.parts
        if part.file and part.id not in texts and image_type(part)
    }
    return _rendered(view(record, shown_parts(record, texts, extracted, images, files)))


def _rendered(shown: dict[str, Any], state: dict[str, Any] | None = None, script: str = "") -> str:
    style = rendering.asset("letter.css")
    return rendering.render(
        "letter.html",
        shown,
        state=state,
        style=style,
        script=script,
        policy=rendering.policy(
            styles=(style, shown["row_style"]), scripts=(script,), images=not script
        ),
    )


def view(
    record: Record,
    parts: Sequence[ShownPart],
    drawing: str = "",
    address_of: Callable[[str], str] | None = None,
) -> dict[str, Any]:
    """Return the values that the page's template shows, by their names in the template.

    Args:
        record: The record.
        parts: The parts, as `shown_parts` returns them.
        drawing: The address of a diagram of the parts; empty if there is none.
        address_of: Returns the address of the page of a record, by its id. If None, the page does
            not link to other records.
    """
    page = PageStatements(
        record, parts[0].shown if parts else set(), {one.part.id for one in parts}
    )
    page.address_of = address_of
    bonds = derived_facts.bonds(record)
    texts = [
        shown
        for shown in parts
        if shown.lines and shown.part.kind in _VERSIONS and bonds[shown.part.id] == "version"
    ]
    bands = _bands(texts) if len(texts) > 1 else []
    scans = [shown for shown in parts if shown.image]
    has_both = bool(scans) and bool(texts)
    placed = {shown.part.id for shown in (*(texts if bands or has_both else ()),)}
    placed |= {shown.part.id for shown in scans} if has_both else set()
    notes = {note_name(note): note for note in page.notes}
    return {
        "record": record,
        "called": record.document_type.word,
        "paragraphs": partial(paragraphs, notes),
        "scans": scans if has_both else [],
        "bands": bands or ([texts] if has_both else []),
        "row_style": _row_style(bands, "90rem" if has_both else "60.01rem"),
        "others": sorted(
            (shown for shown in parts if shown.part.id not in placed and shown.is_shown),
            key=lambda shown: not (shown.lines or shown.image),
        ),
        "files": [shown for shown in parts if not shown.is_shown],
        "absent": [_absent(part) for part in record.parts if not part.held],
        "contents": list(page.contents()),
        "facts": list(page.facts()),
        "lists": list(page.lists()),
        "notes": notes,
        "note_words": {note_name(note): note_words(note) for note in page.notes},
        "classification": classification_in_words(record, brief=True),
        "drawing": drawing,
        "citation": citation(record),
    }


def _bands(texts: list[ShownPart]) -> list[list[ShownPart]]:
    """Return the versions of a text in rows of two, or of three if there are three."""
    if len(texts) == 3:
        return [texts]
    return [texts[at : at + 2] for at in range(0, len(texts), 2)]


def _row_style(bands: list[list[ShownPart]], width: str) -> str:
    """Return the style that aligns paragraphs of versions with the same number of paragraphs.

    Args:
        bands: The rows of versions.
        width: The smallest width of the screen for versions side by side.
    """
    rules = []
    for number, band in enumerate(bands):
        counts = {len(shown.paragraphs) for shown in band}
        if len(counts) == 1 and len(band) > 1:
            rows = f"grid-row:1/span {counts.pop() + 1}"
            rules.append(
                f"#band-{number}>section{{display:grid;grid-template-rows:subgrid;{rows}}}"
            )
    return f"@media screen and (min-width:{width}){{{''.join(rules)}}}" if rules else ""


def _absent(part: Part) -> dict[str, Any]:
    """Return the name of a part without a file, whether it is withheld, and its restriction."""
    access = part.access
    return {
        "name": part.title
        or capitalized(term("part", part.kind)) + (part.id != part.kind) * f" ({part.id})",
        "withheld": part.is_withheld,
        "why": access_in_words(access) if access and access.status != "open" else "",
    }


def damaged() -> str:
    """Return what a page says about a package that is not valid, without names of files."""
    return _("The package is damaged or was changed after it was created.")


def drawing_of(record: Record) -> str:
    """Return the data address of a diagram of the parts; empty if a letter has only one."""
    from archive_pkg.packages.parts_diagram import picture

    if len(record.parts) < 2:
        return ""
    return f"data:image/svg+xml;base64,{base64.b64encode(picture(record).encode()).decode()}"


def _state(
    verification: Verification | None, checked_on: str, *, is_cut: bool
) -> dict[str, Any] | None:
    if verification is None:
        return None
    from archive_pkg.packages import states

    bag = verification.verdict.bag
    manifests = bag.tag_manifests.values() if bag else ()
    return {
        "good": verification.ok,
        "sentences": states(verification) if verification.ok or not is_cut else [damaged()],
        "errors": []
        if is_cut
        else [
            f"{finding.location}: {shown_in(finding.message, language())}"
            for finding in verification.report.errors
        ],
        "checked_on": in_words(checked_on),
        "digests": [
            (name, hashlib.sha512(storage.read_beneath(verification.path, name)).hexdigest())
            for name in sorted(manifest.name for manifest in manifests)
        ],
    }
