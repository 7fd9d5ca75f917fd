"""Find slips of the pen, and brackets that editors, translators and declassifiers added."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from archive_pkg.drafting.statements.source_terms import SourceTerm, source_term
from archive_pkg.drafting.vocabulary import words_of

if TYPE_CHECKING:
    from archive_pkg.drafting.vocabulary import Vocabulary

_BRACKET = re.compile(r"[\[\]]")
_HAVE = re.compile(r"ha(?<!\w..)(?:s|ve|d) ([a-z]{3,9})\b")
_ARTICLES = ("the", "a", "an")
_BREAKS = re.compile(r"[\n\[\].;:!?]")
_WORD_BEFORE = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
# The first words of a bracket in which an editor describes the page.
_DESCRIBES = re.compile(
    r"(?:(?:[^\W\d]+ ){0,3}(?:stamp|stamps|seal|seals|letterhead|emblem|coat of arms)"
    r"|handwriting|handwritten|marginal\w*|signatures?|sign|signed|initials"
    r"|translator['’]?s? (?:note|remark)|editor['’]?s? note|note (?:in|on|at) the|vertical text"
    r"|typed (?:on|in|at)|written (?:by hand|in)|underlined|crossed out|declassified|п\.\s?п\.?"
    r"|штамп|печать|подпись|рукописн\w*|помета|stempel|unterschrift|handschriftlich\w*|randvermerk"
    r"|pieczęć|podpis|odręczn\w*|razítko|pecsét|aláírás)(?!\w)",
    re.IGNORECASE,
)
_PAGE = re.compile(
    r"(?:pages?|pp?\.|fol\.|fls?\.|f\.|ff\.|ll?\.|sheet|seite|bl\.|s\.|стр\.|с\.|лл?\.|лист|str\.|strona"
    r"|k\.|pág\.|página|pagina|pag\.|oldal)"
    r"\s?(?:\d|(?:one|two|three|four|five|six|seven|eight|nine|ten)\b)"
    r"|\d+\. (?:oldal|lap|seite|strana)\b|[/|]\d+[/|]$"
    r"|(?:\d+ ?)?(?:recto|verso)$|\d+(?:r|v|об\.?)$",
    re.IGNORECASE,
)
_ENDS = frozenset(",.;:)\n")
_FOOTNOTE = re.compile(r"\d\d?|[*†‡§]+|[ivx]{1,4}")
# The largest number of brackets that become notes.
MOST_NOTES = 2000
# The number of characters of a bracket in which words that decide its kind are sought.
SAMPLE = 240


@dataclass(frozen=True, slots=True)
class Bracket:
    """A bracketed range of the text. Of nested brackets, it is the outermost.

    Attributes:
        start: The offset of the opening bracket.
        end: The offset after the closing bracket.
        text: The text, including the brackets.
    """

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class NoteKind:
    """The kind of a bracket.

    Attributes:
        kind: The kind of the translation note.
        rule: The rule that decided the kind.
        sure: Whether the kind is certain.
        term: The term of the original, if the bracket has one.
    """

    kind: str
    rule: str
    sure: bool = True
    term: SourceTerm | None = None


@lru_cache(maxsize=1)  # three readers ask for those of the same text
def find_brackets(text: str, most: int = MOST_NOTES + 1) -> tuple[list[Bracket], list[int]]:
    """Return the outermost brackets and the offsets of brackets without a counterpart.

    Brackets after an opening bracket without a counterpart are still found.

    Args:
        text: The text.
        most: The largest number of brackets to return.
    """
    pairs, loose = _pairs(text, most)
    if loose and "[[" in text:
        # "[to [[illegible] and X]": one of the doubled brackets may be a slip.
        fewer = _pairs(text, most, doubled=True)
        pairs, loose = min((pairs, loose), fewer, key=lambda found: len(found[1]))
    return [Bracket(a, b, text[a:b]) for a, b in pairs[:most]], loose


def _pairs(
    text: str, most: int, *, doubled: bool = False
) -> tuple[list[tuple[int, int]], list[int]]:
    """Return the ranges of outermost brackets, and the offsets of brackets without a counterpart.

    With `doubled`, a single closing bracket closes two opening brackets next to each other.
    """
    opened: list[int] = []
    pairs: list[tuple[int, int]] = []
    loose: list[int] = []
    for match in _BRACKET.finditer(text):
        if len(pairs) > most or len(loose) > most or len(opened) > 100 * most:
            break
        if match.group() == "[":
            opened.append(match.start())
        elif opened:
            start = opened.pop()
            single = text[match.end() : match.end() + 1] != "]"
            if doubled and single and opened and opened[-1] == start - 1:
                start = opened.pop()
            while pairs and pairs[-1][0] > start:
                pairs.pop()
            pairs.append((start, match.end()))
        else:
            loose.append(match.start())
    loose.extend(opened)
    return pairs, sorted(loose)


def kind_of(
    bracket: Bracket, text: str, vocabulary: Vocabulary, language: str = "", expected: str = ""
) -> NoteKind:
    """Decide the kind of a bracket by its words and its place.

    Args:
        bracket: The bracket.
        text: The text.
        vocabulary: The vocabulary.
        language: The language of the text; empty if it is not known.
        expected: The language of the original, if the text shows it.
    """
    inner = bracket.text[1:-1].strip()
    words = words_of(inner[:SAMPLE])
    forms = vocabulary.forms
    before, after = text[bracket.start - 1 : bracket.start], text[bracket.end : bracket.end + 1]
    inside = before.isalpha() or after.isalpha()
    is_mark = _FOOTNOTE.fullmatch(inner) and not after.isalpha()
    apart = not before.strip()  # "as I told you [1], we", not "on [3] May"
    if is_mark and (after in _ENDS if apart else not (before.isalpha() and inner.isalpha())):
        return NoteKind("editorial", "footnote-mark", sure=not apart)
    rule = "" if inside else _describing_rule(inner)
    if rule:
        return NoteKind("editorial", rule)
    for kind in ("sic", "withheld", "illegible", "omission", "editorial"):
        if words and forms[f"bracket {kind}"].within(words) >= 0 and (kind == "sic" or not inside):
            return NoteKind(kind, f"bracket-says-{kind}")
    if inner.strip(" .…") == "" and ("…" in inner or inner.count(".") > 1):
        return NoteKind("illegible" if inside else "omission", "dots-in-brackets", sure=inside)
    if inner.endswith("?") or inner == "¿":
        return NoteKind("uncertain", "question-mark-in-brackets")
    if not words or inside:
        return NoteKind("insertion", "completion")
    term = source_term(inner, language, expected, vocabulary)
    if term is not None:
        return NoteKind("source-term", term.rule, term.sure, term)
    return NoteKind("insertion", "words-in-brackets", sure=False)


def _describing_rule(inner: str) -> str:
    """Return the rule for a bracket that describes the page; empty for any other bracket."""
    if _PAGE.match(inner):
        return "page-mark"
    return "bracket-says-editorial" if _DESCRIBES.match(inner) else ""


def rendering_before(text: str, bracket: Bracket, words: int) -> tuple[int, int] | None:
    """Return the range of the words before a source term that translate it.

    These are as many words as the term has, without an article. Returns None if there are fewer
    words before it, or if they are on different lines or not all in its sentence.
    """
    before = text[max(0, bracket.start - 200) : bracket.start].rstrip()
    found = list(_WORD_BEFORE.finditer(before))[-words:]
    if len(found) < words or _BREAKS.search(before, found[0].start()):
        return None
    if len(found) > 1 and found[0].group().casefold() in _ARTICLES:
        found = found[1:]
    offset = max(0, bracket.start - 200)
    return offset + found[0].start(), offset + len(before)


def find_slips(text: str, vocabulary: Vocabulary) -> list[tuple[int, int, str]]:
    """Find past tenses after "has", "have" or "had": start, end, and the wrong word."""
    return [
        (*match.span(), match.group(1))
        for match in _HAVE.finditer(text)
        if match.group(1) in vocabulary.past_tenses
    ]


def one_letter_apart(one: str, other: str) -> bool:
    """Return whether two words differ by one letter, or by the order of two adjacent letters."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rests = one[start:], other[start:]
    if rests[0][1:] == rests[1] or rests[1][1:] == rests[0] or rests[0][1:] == rests[1][1:]:
        return True
    return (
        len(one) == len(other) and rests[0][1::-1] == rests[1][:2] and rests[0][2:] == rests[1][2:]
    )
