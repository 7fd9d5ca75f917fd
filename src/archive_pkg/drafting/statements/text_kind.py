"""Decide by evidence whether a text is a translation or a transcription."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archive_pkg.drafting.statements.base import (
    CERTAIN,
    GUESS,
    PROBABLE,
    Confidence,
    DraftQuote,
    Statement,
)
from archive_pkg.drafting.vocabulary import words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from archive_pkg.drafting.vocabulary import Vocabulary

_SEARCHED_FOR_HEADING = 1500  # characters at the beginning
_HEADING = re.compile(
    r"^[^\w\n]*(?:(?:unofficial|official|certified|informal|rough|courtesy|nichtamtliche) )?"
    r"(?:translat(?:ion|ed)|übersetzung|übersetzt|перевод|traduction|traduzione|traducción"
    r"|tłumaczenie|przekład|překlad|fordítás|traducere)"
    r"(?: (?:from|aus|с|du|de|dal|del|z|ze|din)(?: the| dem| l['’])? ?(?P<language>[^\W\d]+))?"
    r"[^\w\n]*$",
    re.IGNORECASE | re.MULTILINE,
)
# A part of each word of such headings: a cheap test that excludes most texts.
_STEMS = ("transla", "übersetz", "перевод", "tradu", "tłumacz", "przekład", "překlad", "fordít")
_FROM = re.compile(r"\b(?i:translated)[^.;\n]{0,30}? from (?:the )?(?P<language>[A-Z][^\W\d]+)")
# "Chargé in the Soviet Union" does not say which state sent him.
_POSTED = re.compile(r"\s(?:in|to|at|bei|beim|auprès|près|à|en|w|v|ve|в|на|при)\s")
_COMPLIMENTS = re.compile(r"[pP](?<!\w.)(?i:resents? (?:its|his|her|their) compliments)\b")
_SENDERS = ("sending-body", "sender", "signatory")
_RECIPIENTS = ("recipient",)


def text_kind(text: str, stated: Sequence[Statement], vocabulary: Vocabulary) -> list[Statement]:
    """Return a statement that the text is a translation or a transcription.

    The evidence is, in this order: a heading or source line that speaks of a translation; a named
    translator; a source term in brackets; the language of the text and those of the correspondents'
    states. Without evidence, the statement says “transcription”, as a guess.

    If the evidence shows the language of a translation's original, a second statement gives it,
    unless `stated` already does.
    """
    language = next((one.value for one in stated if one.field == "language"), "")
    found = _by_heading_or_source(text, stated, vocabulary) or _by_notes(stated)
    if found is None and _COMPLIMENTS.search(text, 0, _SEARCHED_FOR_HEADING):
        language = ""  # embassies write their notes in several languages
    if found is None:
        found = _by_correspondents(stated, language, vocabulary)
    kind, sure, rule, quote, original = found
    question = "Nothing shows whether the text is a transcription or a translation."
    details = (("question", question),) if sure is GUESS else ()
    statements = [Statement("text-kind", kind, sure, rule, quote, details=details)]
    known = any(one.field == "original-language" for one in stated)
    if original and not known and kind == "translation" and original != language:
        statements.append(Statement("original-language", original, sure, rule, quote))
    return statements


def original_language(text: str, stated: Sequence[Statement], vocabulary: Vocabulary) -> str:
    """Return the language from which a text is translated if it is; empty if nothing shows it."""
    named = _by_heading_or_source(text, stated, vocabulary)
    return (named[-1] if named else "") or _state_language(stated, _SENDERS, vocabulary)


Found = tuple[str, Confidence, str, DraftQuote | None, str]
"""The kind of the text, the confidence, the rule, the quote, and the original's language or ""."""


def _heading(text: str) -> re.Match[str] | None:
    """Return a heading that calls the text a translation; None if there is none."""
    begins = text[:_SEARCHED_FOR_HEADING].casefold()
    stated = any(stem in begins for stem in _STEMS)
    return _HEADING.search(text, 0, _SEARCHED_FOR_HEADING) if stated else None


def _by_heading_or_source(
    text: str, stated: Sequence[Statement], vocabulary: Vocabulary
) -> Found | None:
    """Return “translation” if a heading or a source line says so; otherwise None."""
    match, rule = _heading(text), "translation-heading"
    for one in stated:
        if match is None and one.rule == "source-line" and one.quote is not None:
            start = text.rfind("\n", 0, one.quote.start) + 1
            end = text.find("\n", one.quote.end)
            match, rule = _FROM.search(text, start, end if end > 0 else len(text)), "source-line"
    if match is None:
        return None
    language = vocabulary.language_names.get((match["language"] or "").casefold(), "")
    quote = DraftQuote(*match.span(), match.group())
    return "translation", CERTAIN, rule, quote, language


def _by_notes(stated: Sequence[Statement]) -> Found | None:
    """Return “translation” if a translator or a source term is stated; otherwise None."""
    for field, sure in (("translator", CERTAIN), ("original-language", PROBABLE)):
        one = next((one for one in stated if one.field == field), None)
        if one is not None:
            return "translation", sure, f"{field}-shows", one.quote, ""
    return None


def _by_correspondents(stated: Sequence[Statement], language: str, vocabulary: Vocabulary) -> Found:
    """Decide by the languages of the text and of the correspondents' states.

    If they decide nothing, return “transcription”, as a guess.
    """
    sender = _state_language(stated, _SENDERS, vocabulary)
    recipient = _state_language(stated, _RECIPIENTS, vocabulary)
    rule = "language-of-sender"
    if language and sender == language:
        return "transcription", PROBABLE, rule, None, ""
    if language and sender and recipient != language:
        return "translation", PROBABLE, rule, None, sender
    return "transcription", GUESS, "no-sign-of-translation", None, ""


def _state_language(
    stated: Iterable[Statement], fields: Sequence[str], vocabulary: Vocabulary
) -> str:
    """Return the language of the first state or party in the names and offices; "" if none."""
    for one in (one for field in fields for one in stated if one.field == field):
        for text in (one.value, one.more.get("role", "")):
            for word in words_of(_POSTED.split(text)[0]):
                if word in vocabulary.state_languages:
                    return vocabulary.state_languages[word]
    return ""
