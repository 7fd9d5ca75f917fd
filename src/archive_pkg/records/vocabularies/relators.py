"""The relator codes of the Library of Congress for what agents did (EAD, MODS, MARC)."""

from __future__ import annotations

AUTHOR = "aut"
ADDRESSEE = "rcp"
SIGNER = "sgn"
ASSOCIATED = "asn"
"""A name whose role has no code."""
MAKERS = {"translator": "trl", "transcriber": "trc", "redactor": "red"}
"""The codes of the makers of versions, by their role in `derived_facts`."""

_ADDRESSES = ("http://id.loc.gov/vocabulary/relators/", "https://id.loc.gov/vocabulary/relators/")
_FIELDS = {
    "authors": "",
    "sender": "aut author cre creator sender writer",
    "signatories": "sgn signer signatory",
    "recipients": "rcp recipient addressee",
    "copies_to": "copy recipient-of-a-copy",
    "translators": "trl translator",
    "donor": "dnr donor",
    "mentioned_agents": "crp correspondent sub subject",
}
_FIELD_OF = {name: field for field, names in _FIELDS.items() for name in names.split()}


def field_of(relator: str | None) -> str | None:
    """Return the field of a record for a code, a term or an address; None if it is not known.

    Translators have no field: they make a part.
    """
    name = (relator or "").strip()
    for address in _ADDRESSES:
        name = name.removeprefix(address)
    return _FIELD_OF.get(name.casefold().strip(" .:,;").replace(" ", "-"))


def address(code: str) -> str:
    """Return the web address of a code."""
    return f"{_ADDRESSES[0]}{code}"
