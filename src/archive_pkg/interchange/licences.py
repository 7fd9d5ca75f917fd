"""Find the identifiers of licences in the SPDX licence list."""

from __future__ import annotations

import re

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

_CREATIVE_COMMONS = re.compile(
    r"https?://creativecommons\.org/(?:licenses|publicdomain)/"
    r"([a-z-]+)/(\d\.\d)/(?:([a-z]{2,3})/)?(?:deed(?:\.[a-z_-]+)?|legalcode(?:\.[a-z_-]+)?)?"
)
_SPDX_PAGE = re.compile(r"https?://spdx\.org/licenses/([A-Za-z0-9.+-]+?)(?:\.html|\.json)?")

_IDENTIFIER = re.compile(r"[A-Za-z0-9.-]+")


def spdx_id(licence: str) -> str | None:
    """Return the identifier of a licence in the SPDX list, as the list spells it.

    The licence can also be the address of its page at SPDX or Creative Commons. Returns None for a
    licence that is not in the list, and for several licences ("MIT OR Apache-2.0").
    """
    words = licence.strip()
    if found := _CREATIVE_COMMONS.fullmatch(words):
        kind, version, country = found.groups()
        name = "CC0" if kind == "zero" else f"CC-{kind}"
        words = "-".join(filter(None, (name, version, country)))
    elif found := _SPDX_PAGE.fullmatch(words):
        words = found[1]
    try:
        known = canonicalize_license_expression(words)
    except InvalidLicenseExpression:
        return None
    is_listed = _IDENTIFIER.fullmatch(known) and not known.startswith("LicenseRef-")
    return str(known) if is_listed else None


def spdx_page(identifier: str) -> str:
    """Return the address of a licence's page in the SPDX list."""
    return f"https://spdx.org/licenses/{identifier}.html"
