"""Recognize names of bodies: committees, ministries, companies."""

from __future__ import annotations

import re

_WORDS = """
    abteilung academy agency akademie ambassade amt archiv\\w* bank bibliothek board botschaft
    bureau cc comité commission committee company congress council department division embassy
    fakultät gesellschaft gmbh gouvernement government inc institut\\w* komitee library ltd
    ministerium ministry ministère mission office partei party politburo rat regierung senate
    staff union university universität verein verlag zentralkomitee zk
    комитет мид министерство партия посольство правительство совет цк
"""
_BODY = re.compile(rf"\b(?:{'|'.join(_WORDS.split())})\b", re.IGNORECASE)


def is_body(name: str) -> bool:
    """Return whether a name has a word that is typical of names of bodies."""
    return bool(_BODY.search(name))
