"""Web addresses, DOIs in running text, and the addresses of licences."""

from __future__ import annotations

import pytest

from archive_pkg.interchange.addresses import (
    address,
    addresses_in,
    dois_in,
    first_address,
    is_address,
    licence_address,
    site_file,
    site_type,
)
from archive_pkg.interchange.licences import spdx_id
from archive_pkg.records.models import Part
from archive_pkg.records.vocabularies.identifiers import Identifier


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("https://example.org", "https://example.org"),
        ("http://a.b:80/c?d=e&f#g", "http://a.b:80/c?d=e&f#g"),
        ("https://user@[::1]/", "https://user@[::1]/"),
        ("https://example.org/a b#c#d", "https://example.org/a%20b#c%23d"),
        ("https://example.org/100%/%41", "https://example.org/100%25/%41"),
        ("https://example.org/ü[1]", "https://example.org/%C3%BC%5B1%5D"),
        ("https://example.org/#", "https://example.org/#"),
        ("https://", None),
        ("https:///path", None),
        ("https://exa mple.org/", None),
        ("https://example.org:port/", None),
        ("ftp://example.org/", None),
        ("see https://example.org/", None),
        ("", None),
        (None, None),
    ],
)
def test_an_address_without_a_host_is_refused_and_other_characters_are_encoded(
    text: str | None, written: str | None
) -> None:
    assert address(text) == written
    assert is_address(text or "") is (written == text and text is not None)


def test_the_first_identifier_with_an_address_is_used() -> None:
    known = [
        Identifier(scheme="local", value="1"),
        Identifier(scheme="wikidata", value="Q1"),
        Identifier(scheme="geonames", value="703448"),
    ]
    assert first_address(known) == "http://www.wikidata.org/entity/Q1"
    assert first_address(known[:1]) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Briefe, https://doi.org/10.1234/abc.5.", ["10.1234/abc.5"]),
        ("(doi:10.1000/xyz(1)2), p. 3", ["10.1000/xyz(1)2"]),
        ("[10.1000/a] and 10.1000/b[1];", ["10.1000/a", "10.1000/b[1]"]),
        ("“10.1000/X”", ["10.1000/X"]),
        ("10.100/a, x10.1000/b", []),
    ],
)
def test_dois_in_running_text_end_before_punctuation(text: str, found: list[str]) -> None:
    assert dois_in(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("See https://example.org/a_(b).", ["https://example.org/a_(b)"]),
        ("(http://a.org/x), <https://b.org>", ["http://a.org/x", "https://b.org"]),
        ("https://example.org/ü and https://.", []),
    ],
)
def test_only_valid_addresses_are_found_in_running_text(text: str, found: list[str]) -> None:
    assert addresses_in(text) == found


@pytest.mark.parametrize(
    ("licence", "listed", "page"),
    [
        ("mit", "MIT", "https://spdx.org/licenses/MIT.html"),
        ("Ask", None, None),
        ("LicenseRef-ours", None, None),
        (" CC-BY-4.0 ", "CC-BY-4.0", "https://spdx.org/licenses/CC-BY-4.0.html"),
        ("https://spdx.org/licenses/MIT", "MIT", "https://spdx.org/licenses/MIT"),
        (
            "https://spdx.org/licenses/GPL-2.0+.json",
            None,
            "https://spdx.org/licenses/GPL-2.0+.json",
        ),
        (
            "https://creativecommons.org/licenses/by/4.0/legalcode.de",
            "CC-BY-4.0",
            "https://creativecommons.org/licenses/by/4.0/legalcode.de",
        ),
    ],
)
def test_the_address_of_a_licence_is_its_url_or_its_spdx_page(
    licence: str, listed: str | None, page: str | None
) -> None:
    assert spdx_id(licence) == listed
    assert licence_address(licence) == page


@pytest.mark.parametrize(
    ("licence", "listed"),
    [
        ("gpl-3.0-only", "GPL-3.0-only"),
        ("CC-BY-4.0", "CC-BY-4.0"),
        ("https://creativecommons.org/licenses/by-sa/4.0/", "CC-BY-SA-4.0"),
        ("http://creativecommons.org/licenses/by/3.0/de/deed.de", "CC-BY-3.0-DE"),
        ("https://creativecommons.org/publicdomain/zero/1.0/legalcode", "CC0-1.0"),
        ("https://spdx.org/licenses/MIT.html", "MIT"),
        ("https://creativecommons.org/publicdomain/mark/1.0/", None),
        ("MIT OR Apache-2.0", None),
        ("All rights reserved", None),
        ("", None),
        ("(MIT)", None),
    ],
)
def test_licences_are_recognized_by_identifier_or_page(licence: str, listed: str | None) -> None:
    assert spdx_id(licence) == listed


@pytest.mark.parametrize(
    ("file", "stated", "suffix", "sent"),
    [
        ("a.TXT", None, ".txt", "text/plain"),
        ("b/a.JPEG", None, ".jpg", "image/jpeg"),
        ("a.tif", None, ".tif", "image/tiff"),
        ("a.pdf", None, ".pdf", "application/pdf"),
        ("a.html", None, ".bin", "application/octet-stream"),
        ("a", None, ".bin", "application/octet-stream"),
        ("a.pdf", "text/html", ".bin", "application/octet-stream"),
        ("scan", "image/png", ".png", "image/png"),
    ],
)
def test_a_file_on_a_site_has_the_type_in_the_record_or_that_of_its_name(
    file: str, stated: str | None, suffix: str, sent: str
) -> None:
    part = Part(id="p", kind="original", file=file, media_type=stated)
    assert site_file("a", part) == f"files/a.p{suffix}"
    assert site_type(part) == sent
