"""Recognize what people write for a name, place or date that they do not know."""

from __future__ import annotations

_WORDS = (
    "?|??|???|-|–|—|n.n.|n. n.|nn|unbekannt|unbek.|nicht bekannt|ohne angabe|o. a.|unknown|anon.|"
    "onbekend|okänd|ukendt|ukjent|neznámý|neznámá|невідомо|невідомий|ismeretlen|"
    "anonym|anonymous|not known|inconnu|inconnue|anonyme|nieznany|nieznana|nieznane|brak|anonim|"
    "неизвестен|неизвестно|неизвестный|неизв.|аноним|н.у.|desconocido|desconocida|anónimo|"
    "sconosciuto|sconosciuta|ignoto|anonimo|s.n.|s. n.|s.l.|s. l.|o.o.|o. o.|b.m.|b. m.|б.м.|"
    "б. м.|o.d.|o. d.|o.j.|s.d.|s. d.|s.a.|s. a.|b.d.|b. d.|n.d.|n. d.|b.r.|б.д.|б. д.|undatiert|"
    "undated|unidentified"
)
_UNKNOWN = frozenset(_WORDS.split("|"))


def is_unknown(text: str) -> bool:
    """Return whether a string only says that something is unknown: "?", "N.N.", "[unbekannt]"."""
    low = " ".join(text.casefold().split())
    return low in _UNKNOWN or low.strip("[]()") in _UNKNOWN
