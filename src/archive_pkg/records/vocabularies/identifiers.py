"""Identifiers with an explicit scheme, their form and check digits checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NoReturn
from urllib.parse import quote, urlsplit

from pydantic import ConfigDict, Field, ValidationError

from archive_pkg.faults import Fault
from archive_pkg.records.base import Model, judged_by, says
from archive_pkg.records.statements import get
from archive_pkg.reports import Code, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

IDENTIFIER_INVALID = Code(
    "record-identifier-invalid",
    Severity.ERROR,
    "An identifier has not the form of its scheme, or its check digit does not fit.",
)

SchemeName = Literal[
    "viaf", "gnd", "isni", "orcid", "wikidata", "ulan", "lcnaf", "lcsh", "geonames", "doi",
    "handle", "ark", "url", "local",
]  # fmt: skip


def _mod_11_2(value: str) -> str:
    """The check character of ISO 7064's MOD 11-2 for all but the last character (ISNI, ORCID)."""
    total = 0
    for digit in value[:-1]:
        total = (total + int(digit)) * 2
    return "0123456789X"[(12 - total % 11) % 11]


def _gnd(value: str) -> str:
    """The check character of a GND identifier.

    Its digits weigh 2, 3, … from the right. Numbers with a hyphen come from the subject and
    corporate files that went into the GND in 2012, whose check digit is the sum's remainder; of all
    others it is what the sum lacks to a multiple of 11.
    """
    digits, check = value.replace("-", "")[:-1], "0123456789X"
    total = sum(weight * int(digit) for weight, digit in enumerate(reversed(digits), 2))
    return check[total % 11] if "-" in value else check[-total % 11]


@dataclass(frozen=True, slots=True)
class Scheme:
    """How identifiers of a scheme look.

    Attributes:
        name: The scheme's own name.
        pattern: The form of a bare identifier.
        form: The form in words, with an example.
        uri: The address of an identifier, `{}` for the identifier; empty where there is none.
        prefixes: Other beginnings that an address of the scheme may have, `https://` left out.
        check: The check character that an identifier should end in.
    """

    name: str
    pattern: re.Pattern[str]
    form: str
    uri: str = ""
    prefixes: tuple[str, ...] = ()
    check: Callable[[str], str] | None = None


SCHEMES: dict[str, Scheme] = {
    "viaf": Scheme(
        "VIAF",
        re.compile(r"[1-9][0-9]{0,21}"),
        "digits, as in 32011500",
        "http://viaf.org/viaf/{}",
        ("www.viaf.org/viaf/",),
    ),
    "gnd": Scheme(
        "GND",
        re.compile(r"1[0-9]{7,9}[0-9X]|3[0-9]{7}[0-9X]|[1-9][0-9]{0,7}-[0-9X]"),
        "as in 118540238 or 4020517-4",
        "https://d-nb.info/gnd/{}",
        ("d-nb.info/",),
        _gnd,
    ),
    "isni": Scheme(
        "ISNI",
        re.compile(r"[0-9]{15}[0-9X]"),
        "sixteen characters, as in 000000012281955X",
        "https://isni.org/isni/{}",
        ("www.isni.org/isni/", "isni.org/", "www.isni.org/"),
        _mod_11_2,
    ),
    "orcid": Scheme(
        "ORCID",
        re.compile(r"(?:0000-000[1-3]|0009-00[01][0-9])-[0-9]{4}-[0-9]{3}[0-9X]"),
        "as in 0000-0002-1825-0097",
        "https://orcid.org/{}",
        ("www.orcid.org/",),
        lambda value: _mod_11_2(value.replace("-", "")),
    ),
    "wikidata": Scheme(
        "Wikidata",
        re.compile(r"Q[1-9][0-9]{0,11}"),
        "Q and digits, as in Q42",
        "http://www.wikidata.org/entity/{}",
        tuple(
            f"{host}wikidata.org/{path}/"
            for host in ("www.", "", "m.")
            for path in ("wiki", "entity")
        ),
    ),
    "ulan": Scheme(
        "ULAN",
        re.compile(r"500[0-9]{6}"),
        "nine digits that begin with 500",
        "http://vocab.getty.edu/ulan/{}",
        ("vocab.getty.edu/page/ulan/",),
    ),
    "lcnaf": Scheme(
        "Library of Congress name",
        re.compile(r"n[a-z]{0,2}[0-9]{8}(?:[0-9]{2})?"),
        "as in n79021164",
        "http://id.loc.gov/authorities/names/{}",
        ("lccn.loc.gov/",),
    ),
    "lcsh": Scheme(
        "Library of Congress subject",
        re.compile(r"sh[0-9]{8}(?:[0-9]{2})?"),
        "as in sh85125349",
        "http://id.loc.gov/authorities/subjects/{}",
    ),
    "geonames": Scheme(
        "GeoNames",
        re.compile(r"[1-9][0-9]{0,9}"),
        "digits, as in 524901",
        "https://sws.geonames.org/{}/",
        ("www.geonames.org/", "geonames.org/"),
    ),
    "doi": Scheme(
        "DOI",
        re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/[\x21-\x7e]{1,500}"),
        "as in 10.1000/182",
        "https://doi.org/{}",
        ("dx.doi.org/", "www.doi.org/"),
    ),
    "handle": Scheme(
        "Handle",
        re.compile(r"[0-9A-Za-z]+(?:\.[0-9A-Za-z]+)*/[\x21-\x7e]{1,500}"),
        "as in 20.1000/100",
        "https://hdl.handle.net/{}",
    ),
    "ark": Scheme(
        "ARK",
        re.compile(r"ark:/?[0-9b-df-hj-km-np-tv-xz]{5,}/[0-9A-Za-z=~*+@_$./-]{1,500}"),
        "as in ark:12148/btv1b8449691v",
        "https://n2t.net/{}",
        ("arks.org/", "www.n2t.net/"),
    ),
    "url": Scheme(
        "web",
        re.compile(r"https?://[\x21-\x7e]{1,2000}"),
        "an http or https address",
    ),
    "local": Scheme(
        "local",
        re.compile(r"[^\x00-\x20\x7f-\x9f](?:[^\x00-\x1f\x7f-\x9f]{0,499})"),
        "a short text",
    ),
}


def _of_another_form(identifier: Any) -> Iterator[Fault]:
    scheme, value = get(identifier, "scheme"), get(identifier, "value")
    if isinstance(scheme, str) and scheme in SCHEMES and isinstance(value, str):
        try:
            check_identifier(scheme, value)
        except Fault as fault:
            yield fault


class Identifier(Model):
    """An identifier and the scheme it belongs to.

    Attributes:
        scheme: Which scheme: viaf, gnd, isni, orcid, wikidata, ulan, lcnaf, lcsh, geonames, doi,
            handle, ark, url, local.
        value: The bare identifier in the scheme's own form, never its address.
        note: What a reader should know, as whose a local identifier is.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [
                {
                    "if": says("scheme", name),
                    "then": {
                        "properties": {"value": {"pattern": f"^(?:{scheme.pattern.pattern})$"}}
                    },
                }
                for name, scheme in SCHEMES.items()
            ]
        }
    )

    scheme: SchemeName
    value: str = Field(examples=["Q42"])
    note: str | None = None

    _has_the_form_of_its_scheme = judged_by(_of_another_form)

    @property
    def uri(self) -> str | None:
        """The identifier's address, as its scheme writes it; None for a local one."""
        template = SCHEMES[self.scheme].uri
        if self.scheme == "url":
            return self.value
        if not template:
            return None
        return template.format(quote(self.value, safe="/:;=@!$&'()*+,~-._"))


def check_identifier(scheme: str, value: str) -> None:
    """Check the form and the check digit of an identifier.

    Raises:
        Fault: It has not the form of its scheme; the hint gives the right one where it can be told.
    """
    rules = SCHEMES[scheme]
    if not rules.pattern.fullmatch(value):
        right = _bare(scheme, value)
        if right:
            _wrong(f"“{_short(value)}” is not the bare {rules.name} identifier", f"write {right}")
        _wrong(f"“{_short(value)}” is no {rules.name} identifier", f"its form is {rules.form}")
    if scheme == "url" and not _host(value):
        _wrong(f"“{_short(value)}” has no host", f"its form is {rules.form}")
    if rules.check and rules.check(value) != value[-1]:
        _wrong(
            f"“{value}” is no {rules.name} identifier: its check digit does not fit",
            "a digit is mistyped or two are swapped; compare it with the authority's page",
        )


def _host(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:  # brackets around something that is not an IPv6 address
        return None


def _bare(scheme: str, value: str) -> str:
    """The bare identifier in an address or another way of writing it; empty where none is seen."""
    rules = SCHEMES[scheme]
    candidate = value.strip()
    address = candidate.split("://", 1)[-1] if "://" in candidate else candidate
    known = rules.uri.split("{}")[0].split("://")[-1]
    for prefix in filter(None, (known, *rules.prefixes)):
        if address.lower().startswith(prefix):
            address = address[len(prefix) :]
            break
    for label in (*(f"{name}{sign}" for name in _labels(scheme) for sign in ": "), "(DE-588)"):
        if address.lower().startswith(label.lower()):
            address = address[len(label) :].strip()
    stripped = address.split("#")[0].split("?")[0].rstrip("/").removesuffix(".html")
    joined = stripped.replace(" ", "")
    compact = joined.replace("-", "").upper()
    dashed = "-".join(compact[n : n + 4] for n in range(0, len(compact), 4))
    guesses = {
        "isni": [compact],
        "orcid": [dashed],
        "doi": [address],
        "handle": [address],
        "ark": [address, stripped],
        "lcnaf": [joined.lower()],
        "lcsh": [joined.lower()],
    }
    for guess in guesses.get(scheme, [stripped, stripped.upper(), stripped.split("/")[0]]):
        if guess != value and rules.pattern.fullmatch(guess):
            return guess
    return ""


def _labels(scheme: str) -> tuple[str, ...]:
    """What is written before an identifier to say what it is; of an ARK it is a part."""
    return {"ark": (), "doi": ("doi", "info:doi/"), "handle": ("hdl", "handle")}.get(
        scheme, (scheme, SCHEMES[scheme].name)
    )


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"


def _wrong(message: str, hint: str) -> NoReturn:
    raise Fault(message, hint, IDENTIFIER_INVALID)


def identify(text: str | None, scheme: str | None = None) -> dict[str, str] | None:
    """An identifier from its address, or from its bare value.

    Args:
        text: The address or value.
        scheme: What the source says it is; followed where the value has that scheme's form, and
            otherwise the note of a local identifier.
    """
    found = _identified(text, scheme) if text else None
    return dict(found) if found else None


@lru_cache(4096)
def _identified(text: str, scheme: str | None) -> dict[str, str] | None:
    stated = (scheme or "").lower()
    if stated in SCHEMES and stated not in ("local", "url") and _is(stated, text):
        return {"scheme": stated, "value": text}
    for name, known in SCHEMES.items():
        if name == "url":
            continue
        for start in (known.uri.partition("{}")[0], *known.prefixes):
            value = _after(text.strip(), start)
            if value and _is(name, value):
                return {"scheme": name, "value": value}
    scheme_name = "url" if _is("url", text.strip()) else "local"
    value = text.strip()
    if not _is(scheme_name, value):
        return None
    note = {"note": scheme} if scheme and stated != scheme_name else {}
    return {"scheme": scheme_name, "value": value} | note


def _after(text: str, start: str) -> str:
    """What follows a beginning of an address, whichever of http and https it has."""
    bare_text, bare_start = text.split("://", 1)[-1], start.split("://", 1)[-1]
    if not bare_start or "://" not in text or not bare_text.startswith(bare_start):
        return ""
    return bare_text[len(bare_start) :].rstrip("/").removesuffix(".html")


def _is(scheme: str, value: str) -> bool:
    try:
        Identifier(scheme=scheme, value=value)  # type: ignore[arg-type]
    except ValidationError:
        return False
    return True
