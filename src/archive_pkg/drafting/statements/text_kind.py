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

# Characters at the beginning that are searched for a heading.
_HEAD = 1500
_HEADING = re.compile(
    r"^[^\w\n]*(?:(?:unofficial|official|certified|informal|rough|courtesy|nichtamtliche) )?"
    r"(?:translat(?:ion|ed)|übersetzung|übersetzt|перевод|traduction|traduzione|traducción"
    r"|tłumaczenie|przekład|překlad|fordítás|traducere)"
    r"(?: (?:from|aus|с|du|de|dal|del|z|ze|din)(?: the| dem| l['’])? ?(?P<language>[^\W\d]+))?"
    r"[^\w\n]*$",
    re.IGNORECASE | re.MULTILINE,
)
_FROM = re.compile(r"\b(?i:translated)[^.;\n]{0,30}? from (?:the )?(?P<language>[A-Z][^\W\d]+)")
_SENDERS = ("sending-body", "sender", "signatory")
_RECIPIENTS = ("recipient",)


def text_kind(text: str, stated: Sequence[Statement], vocabulary: Vocabulary) -> list[Statement]:
    """Return a statement on what the text is, and one on its original's language if it is new.

    Evidence is a heading or source line that speaks of the translation, a translator, a source term
    in brackets, or the language of the text next to those of the correspondents. Without any, the
    text is called a transcription, as a guess.
    """
    language = next((one.value for one in stated if one.field == "language"), "")
    found = _said(text, stated, vocabulary) or _by_notes(stated)
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


Found = tuple[str, Confidence, str, DraftQuote | None, str]


def _said(text: str, stated: Sequence[Statement], vocabulary: Vocabulary) -> Found | None:
    """Return what a heading or a source line says."""
    match, rule = _HEADING.search(text, 0, _HEAD), "translation-heading"
    for one in stated:
        if match is None and one.rule == "source-line" and one.quote is not None:
            start = text.rfind("\n", 0, one.quote.start) + 1
            match, rule = _FROM.search(text, start, one.quote.end), "source-line"
    if match is None:
        return None
    language = vocabulary.language_names.get((match["language"] or "").casefold(), "")
    quote = DraftQuote(*match.span(), match.group())
    return "translation", CERTAIN, rule, quote, language


def _by_notes(stated: Sequence[Statement]) -> Found | None:
    """Return what a translator's name or a source term in brackets shows."""
    for field, sure in (("translator", CERTAIN), ("original-language", PROBABLE)):
        one = next((one for one in stated if one.field == field), None)
        if one is not None:
            return "translation", sure, f"{field}-shows", one.quote, ""
    return None


def _by_correspondents(stated: Sequence[Statement], language: str, vocabulary: Vocabulary) -> Found:
    """Compare the language of the text with those of the correspondents' states."""
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
    """Return the language of the first state or party that the names and offices mention."""
    for one in (one for field in fields for one in stated if one.field == field):
        for text in (one.value, one.more.get("role", "")):
            for word in words_of(text):
                if word in vocabulary.state_languages:
                    return vocabulary.state_languages[word]
    return ""
