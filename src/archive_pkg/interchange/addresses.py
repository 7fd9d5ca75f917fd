"""Read and write web addresses that other programs accept (RFC 3986, XML's `anyURI`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from archive_pkg.interchange.licences import spdx_id, spdx_page
from archive_pkg.records.media_types import media_type_of_part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.records.models import Part
    from archive_pkg.records.vocabularies.identifiers import Identifier

_PARTS = re.compile(r"(https?://)([^/?#]*)(.*)", re.DOTALL)
_AUTHORITY = re.compile(
    r"(?:[A-Za-z0-9._~!$&'()*+,;=-]+@)?(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?"
)
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")

_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>]+")
_ADDRESS = re.compile(r"https?://[^\s\"<>]+")
_PAIRS = {")": "(", "]": "["}


_SUFFIXES = {
    "text/plain": ".txt",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/tiff": ".tif",
    "image/jp2": ".jp2",
}


def site_type(part: Part) -> str:
    """Return the media type with which a web server sends the file of a part from a site.

    Without a media type in the record, the ending of the file's name counts.
    """
    media_type = media_type_of_part(part)
    return media_type if media_type in _SUFFIXES else "application/octet-stream"


def site_file(record: str, part: Part) -> str:
    """Return the path on a site of the file of a part of the record with an id.

    Files of types that a site does not show end in `.bin`, so that no browser runs scripts in them.
    """
    return f"files/{record}.{part.id}{_SUFFIXES.get(site_type(part), '.bin')}"


def address(text: str | None) -> str | None:
    """Return a web address in which only characters of RFC 3986 are left unencoded.

    Browsers encode addresses in the same way. Returns None for a text that is not an http or https
    address with a host.
    """
    found = _PARTS.fullmatch(text or "")
    if found is None or not _AUTHORITY.fullmatch(found[2]):
        return None
    path, sharp, fragment = found[3].partition("#")
    rest = path + sharp + fragment.replace("#", "%23")
    return found[1] + found[2] + quote(_STRAY_PERCENT.sub("%25", rest), safe="%/:=&?~#+!$,;'@()*")


def first_address(identifiers: Sequence[Identifier]) -> str | None:
    """Return the web address of the first identifier that has one; None if none has one."""
    return next(filter(None, (address(identifier.uri) for identifier in identifiers)), None)


def dois_in(text: str) -> list[str]:
    """Return the DOIs in running text, without the punctuation that follows them."""
    return [_unpunctuated(each) for each in _DOI.findall(text)]


def addresses_in(text: str) -> list[str]:
    """Return the web addresses in running text, without the punctuation that follows them."""
    found = (_unpunctuated(each) for each in _ADDRESS.findall(text))
    return [each for each in found if is_address(each)]


def _unpunctuated(word: str) -> str:
    """Return a word without punctuation at its end.

    A closing bracket is only removed if the word does not contain its opening bracket.
    """
    while word and (
        word[-1] in ".,;:'”"
        or (word[-1] in _PAIRS and word.count(word[-1]) > word.count(_PAIRS[word[-1]]))
    ):
        word = word[:-1]
    return word


def is_address(text: str) -> bool:
    """Return whether a string is a web address and nothing else."""
    return address(text) == text


def licence_address(licence: str) -> str | None:
    """Return the web address of a licence.

    Returns None if the licence is neither a web address nor in the SPDX list.
    """
    if is_address(licence):
        return licence
    listed = spdx_id(licence)
    return spdx_page(listed) if listed else None
