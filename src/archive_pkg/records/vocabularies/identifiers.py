"""Identifiers with a scheme, whose form and check digits are validated."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NoReturn
from urllib.parse import quote, unquote, urlsplit

from pydantic import ConfigDict, Field, ValidationError

from archive_pkg.faults import Fault
from archive_pkg.messages import _
from archive_pkg.records.base import Model, field_is, validated_by
from archive_pkg.records.value_paths import get
from archive_pkg.reports import Code, Severity, abridged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

IDENTIFIER_INVALID = Code(
    "record-identifier-invalid",
    Severity.ERROR,
    "An identifier does not have the form of its scheme, or its check digit is wrong.",
)

SchemeName = Literal[
    "viaf", "gnd", "isni", "orcid", "ror", "wikidata", "ulan", "lcnaf", "lcsh", "geonames", "doi",
    "handle", "ark", "url", "local",
]  # fmt: skip


def _mod_11_2(value: str) -> str:
    """Return the check character of an ISNI or ORCID (ISO 7064, MOD 11-2)."""
    total = 0
    for digit in value[:-1]:
        total = (total + int(digit)) * 2
    return "0123456789X"[(12 - total % 11) % 11]


def _gnd(value: str) -> str:
    """Return the check character of a GND identifier.

    The digits have the weights 2, 3, … from the right. Numbers with a hyphen come from the subject
    and corporate files that were merged into the GND in 2012: their check digit is the remainder of
    the sum. For others, it completes the sum to a multiple of 11.
    """
    digits, check = value.replace("-", "")[:-1], "0123456789X"
    total = sum(weight * int(digit) for weight, digit in enumerate(reversed(digits), 2))
    return check[total % 11] if "-" in value else check[-total % 11]


def _ror(value: str) -> str:
    """Return the two check digits of a ROR identifier (ISO 7064, MOD 97-10, over base 32)."""
    number = 0
    for character in value[1:7]:
        number = number * 32 + "0123456789abcdefghjkmnpqrstvwxyz".index(character)
    return f"{98 - number * 100 % 97:02}"


@dataclass(frozen=True, slots=True)
class IdentifierScheme:
    """The form of the identifiers of a scheme.

    Attributes:
        name: The name of the scheme.
        pattern: The form of a bare identifier.
        form: The form in words, with an example.
        uri: The address of an identifier, with `{}` for the identifier; empty if it has none.
        prefixes: Further beginnings of addresses of the scheme, without `https://`.
        check: Returns the correct check characters at the end of an identifier; None if it has
            none.
    """

    name: str
    pattern: re.Pattern[str]
    form: str
    uri: str = ""
    prefixes: tuple[str, ...] = ()
    check: Callable[[str], str] | None = None


SCHEMES: dict[str, IdentifierScheme] = {
    "viaf": IdentifierScheme(
        "VIAF",
        re.compile(r"[1-9][0-9]{0,21}"),
        "digits, as in 32011500",
        "http://viaf.org/viaf/{}",
        ("www.viaf.org/viaf/",),
    ),
    "gnd": IdentifierScheme(
        "GND",
        re.compile(r"1[0-9]{7,9}[0-9X]|3[0-9]{7}[0-9X]|[1-9][0-9]{0,7}-[0-9X]"),
        "as in 118540238 or 4020517-4",
        "https://d-nb.info/gnd/{}",
        ("d-nb.info/",),
        _gnd,
    ),
    "isni": IdentifierScheme(
        "ISNI",
        re.compile(r"[0-9]{15}[0-9X]"),
        "sixteen characters, as in 000000012281955X",
        "https://isni.org/isni/{}",
        ("www.isni.org/isni/", "isni.org/", "www.isni.org/"),
        _mod_11_2,
    ),
    "orcid": IdentifierScheme(
        "ORCID",
        re.compile(r"(?:0000-000[1-3]|0009-00[01][0-9])-[0-9]{4}-[0-9]{3}[0-9X]"),
        "as in 0000-0002-1825-0097",
        "https://orcid.org/{}",
        ("www.orcid.org/",),
        lambda value: _mod_11_2(value.replace("-", "")),
    ),
    "ror": IdentifierScheme(
        "ROR",
        re.compile(r"0[0-9a-hjkmnp-tv-z]{6}[0-9]{2}"),
        "as in 05dxps055",
        "https://ror.org/{}",
        ("www.ror.org/",),
        _ror,
    ),
    "wikidata": IdentifierScheme(
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
    "ulan": IdentifierScheme(
        "ULAN",
        re.compile(r"500[0-9]{6}"),
        "nine digits that begin with 500",
        "http://vocab.getty.edu/ulan/{}",
        ("vocab.getty.edu/page/ulan/",),
    ),
    "lcnaf": IdentifierScheme(
        "Library of Congress name",
        re.compile(r"n[a-z]{0,2}[0-9]{8}(?:[0-9]{2})?"),
        "as in n79021164",
        "http://id.loc.gov/authorities/names/{}",
        ("lccn.loc.gov/",),
    ),
    "lcsh": IdentifierScheme(
        "Library of Congress subject",
        re.compile(r"sh[0-9]{8}(?:[0-9]{2})?"),
        "as in sh85125349",
        "http://id.loc.gov/authorities/subjects/{}",
    ),
    "geonames": IdentifierScheme(
        "GeoNames",
        re.compile(r"[1-9][0-9]{0,9}"),
        "digits, as in 524901",
        "https://sws.geonames.org/{}/",
        ("www.geonames.org/", "geonames.org/"),
    ),
    "doi": IdentifierScheme(
        "DOI",
        re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/[\x21-\x7e]{1,500}"),
        "as in 10.1000/182",
        "https://doi.org/{}",
        ("dx.doi.org/", "www.doi.org/"),
    ),
    "handle": IdentifierScheme(
        "Handle",
        re.compile(r"[0-9A-Za-z]+(?:\.[0-9A-Za-z]+)*/[\x21-\x7e]{1,500}"),
        "as in 20.1000/100",
        "https://hdl.handle.net/{}",
    ),
    "ark": IdentifierScheme(
        "ARK",
        re.compile(r"ark:/?[0-9b-df-hj-km-np-tv-xz]{5,}/[0-9A-Za-z=~*+@_$./-]{1,500}"),
        "as in ark:12148/btv1b8449691v",
        "https://n2t.net/{}",
        ("arks.org/", "www.n2t.net/"),
    ),
    "url": IdentifierScheme(
        "web",
        re.compile(r"https?://[\x21-\x7e]{1,2000}"),
        "an http or https address",
    ),
    "local": IdentifierScheme(
        "local",
        re.compile(r"[^\x00-\x20\x7f-\x9f](?:[^\x00-\x1f\x7f-\x9f]{0,499})"),
        "a short text",
    ),
}


def _identifier_faults(identifier: Any) -> Iterator[Fault]:
    scheme, value = get(identifier, "scheme"), get(identifier, "value")
    if isinstance(scheme, str) and scheme in SCHEMES and isinstance(value, str):
        try:
            check_identifier(scheme, value)
        except Fault as fault:
            yield fault


class Identifier(Model):
    """An identifier and the scheme it belongs to.

    Attributes:
        scheme: The scheme: viaf, gnd, isni, orcid, ror, wikidata, ulan, lcnaf, lcsh, geonames, doi,
            handle, ark, url, local.
        value: The bare identifier, not its address.
        note: A note for readers, such as the owner of a local identifier.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [
                {
                    "if": field_is("scheme", name),
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

    _form_rule = validated_by(_identifier_faults)

    @property
    def uri(self) -> str | None:
        """The address of the identifier; None for a local one."""
        template = SCHEMES[self.scheme].uri
        if self.scheme == "url":
            return self.value
        if not template:
            return None
        return template.format(quote(self.value, safe="/:;=@!$&'()*+,~-._"))


def check_identifier(scheme: str, value: str) -> None:
    """Check the form and the check digit of an identifier.

    Raises:
        Fault: The identifier does not have the form of its scheme, or its check digit is wrong.
    """
    rules = SCHEMES[scheme]
    if not rules.pattern.fullmatch(value):
        right = _bare(scheme, value)
        if right:
            _wrong(
                _(
                    "“{value}” is not a bare {name} identifier",
                    value=abridged(value),
                    name=rules.name,
                ),
                _("Write {right}.", right=right),
            )
        _wrong(
            _("“{value}” is not a {name} identifier", value=abridged(value), name=rules.name),
            _("The form is {form}.", form=rules.form),
        )
    if scheme == "url" and not _host(value):
        _wrong(
            _("“{value}” has no host", value=abridged(value)),
            _("The form is {form}.", form=rules.form),
        )
    if rules.check and not value.endswith(rules.check(value)):
        _wrong(
            _(
                "“{value}” is not a {name} identifier: the check digit is wrong",
                value=value,
                name=rules.name,
            ),
            _("Look for a mistyped digit or two swapped digits."),
        )


def _host(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:  # brackets around something that is not an IPv6 address
        return None


def _bare(scheme: str, value: str) -> str:
    """Return the bare identifier in an address or in a different spelling, or ""."""
    rules = SCHEMES[scheme]
    candidate = value.strip()
    address = candidate.split("://", 1)[-1] if "://" in candidate else candidate
    known = rules.uri.split("{}")[0].split("://")[-1]
    for prefix in filter(None, (known, *rules.prefixes)):
        if address.lower().startswith(prefix):
            address = address[len(prefix) :]
            break
    else:
        if address != candidate:  # an address at another host
            return ""
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
    """Return the labels that people write before an identifier of a scheme."""
    return {"ark": (), "doi": ("doi", "info:doi/"), "handle": ("hdl", "handle")}.get(
        scheme, (scheme, SCHEMES[scheme].name)
    )


def _wrong(message: str, hint: str) -> NoReturn:
    raise Fault(message, hint, IDENTIFIER_INVALID)


_PLACEHOLDER = re.compile(r"[xX]{3,}|\?+|TODO|TBD|n/a", re.IGNORECASE)


def is_placeholder(text: str | None) -> bool:
    """Return whether a text only holds the place of an identifier, such as XXXX or TODO."""
    return bool(_PLACEHOLDER.fullmatch((text or "").strip()))


def identify(text: str | None, scheme: str | None = None) -> dict[str, str] | None:
    """Return an identifier, as plain data, for an address or a bare value; None if neither fits.

    Args:
        text: The address or value.
        scheme: The scheme according to the source. If the value does not have the form of a known
            scheme, the identifier is local or a web address, and this becomes its note.
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
    """Return what follows the beginning of an address, with any protocol, or ""."""
    bare_text, bare_start = text.split("://", 1)[-1], start.split("://", 1)[-1]
    if not bare_start or "://" not in text or not bare_text.startswith(bare_start):
        return ""
    return unquote(bare_text[len(bare_start) :].rstrip("/").removesuffix(".html"))


def _is(scheme: str, value: str) -> bool:
    try:
        Identifier(scheme=scheme, value=value)  # type: ignore[arg-type]
    except ValidationError:
        return False
    return True
