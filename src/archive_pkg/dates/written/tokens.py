"""Split text into the numbers, words and signs that dates consist of."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_TOKEN = re.compile(
    r"[0-9０-９]+|[〇零○一二三四五六七八九十廿卅元]+|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
    r"|(?:[^\W\d_][\u0300-\u036f]*)+|\.\.|\S"
)
_HAN = {sign: value for value, sign in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0}
_QUOTES = frozenset("\"“”„«»‘’'")
_BRACKETS = {"[": "]", "(": ")", "<": ">"}
# Typewriters without 1 and 0 have I, l and O next to other digits. Replacing them keeps the length.
_TYPED_ONE = re.compile(r"[Il](?:(?<=\d.)(?![A-Za-z])|(?<![A-Za-z].)(?=\d))")
_TYPED_ZERO = re.compile(r"O(?<=\d.)(?=\d)")


@dataclass(slots=True)
class DateToken:
    """A number, word or sign of a text.

    Attributes:
        word: The characters, casefolded; "#" for a number.
        start: The offset of its first character.
        end: The offset after its last character, or after a question mark that follows.
        value: The value of a number; -1 for a word or sign.
        digits: How many figures a number has; 0 for a word or sign.
        doubt: Whether a question mark follows.
        opened: Whether an editor's bracket opens before it.
    """

    word: str
    start: int
    end: int
    value: int = -1
    digits: int = 0
    doubt: bool = False
    opened: bool = False


END = DateToken("", -1, -1)


def date_tokens(text: str) -> list[DateToken]:
    """Return the tokens of a text.

    Editors' brackets and the quotation marks around a day are left out. A year that contains
    brackets (`19[23]`) is one number. A question mark, with or without brackets, belongs to the
    token before it.
    """
    found: list[DateToken] = []
    closing = -1
    skipped = ""
    for match in _TOKEN.finditer(_TYPED_ZERO.sub("0", _TYPED_ONE.sub("1", text))):
        start, end, raw = match.start(), match.end(), match.group()
        if start == closing or raw in "[]<>":
            skipped = raw
            if start == closing:
                found[-1].end = end
            continue
        if raw in "?¿":
            closing = _doubt(found, text, end)
            continue
        token = _token(raw, start, end)
        if token.digits and _in_quotes(text, start, end, found):
            found.pop()
            token.start, token.end, closing = start - 1, end + 1, end
        last = found[-1] if found else END
        joined = skipped and token.digits and last.digits and start - last.end == 1
        if joined and last.digits + token.digits <= 4:
            value = last.value * 10**token.digits + token.value
            found[-1] = DateToken("#", last.start, end, value, last.digits + token.digits)
        else:
            token.opened = skipped in ("[", "<")
            found.append(token)
        skipped = ""
    return found


def _doubt(found: list[DateToken], text: str, end: int) -> int:
    """Mark the last token as doubtful; return the offset of a closing bracket, or -1."""
    bracket = bool(found) and found[-1].word == "("
    if bracket:
        found.pop()
    if found:
        found[-1].doubt, found[-1].end = True, end
    return end if bracket and found and text[end : end + 1] == ")" else -1


def _in_quotes(text: str, start: int, end: int, found: list[DateToken]) -> bool:
    return (
        end - start <= 2
        and bool(found)
        and text[start - 1 : start] in _QUOTES
        and text[end : end + 1] in _QUOTES
        and found[-1].end == start
    )


def _token(raw: str, start: int, end: int) -> DateToken:
    if raw[0].isdigit() and raw.isdecimal():
        return DateToken("#", start, end, int(raw), len(raw))
    if raw[0] in "〇零○一二三四五六七八九十廿卅元":
        value, digits = _han(raw)
        return DateToken("#", start, end, value, digits)
    word = raw if raw.isascii() else unicodedata.normalize("NFC", raw)
    return DateToken(word.casefold(), start, end)


def _han(raw: str) -> tuple[int, int]:
    """Return the value and the number of figures of a Chinese number, at most 9999."""
    if raw == "元":
        return 1, 1
    raw = raw.replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = raw.partition("十")
    if not ten and "元" not in raw:
        return int("".join(str(_HAN[sign]) for sign in raw[:4])), min(len(raw), 5)
    if len(tens) > 1 or len(ones) > 1 or "元" in raw:
        return 0, 9
    return 10 * _HAN.get(tens, 1) + (_HAN[ones] if ones else 0), 2


def balanced(text: str, start: int, end: int) -> tuple[int, int]:
    """Extend a range to include both brackets of a pair, and square brackets directly around it."""
    inside = text[start:end]
    for opening, closing in _BRACKETS.items():
        before = len(text[:start]) - len(text[:start].rstrip())
        after = len(text[end:]) - len(text[end:].lstrip(" .,"))
        opened, closed = inside.count(opening), inside.count(closing)
        if opened < closed and text[: start - before].endswith(opening):
            start -= before + 1
        elif opened > closed and text[end + after :].startswith(closing):
            end += after + 1
    if text[start - 1 : start] == "[" and start and text[end : end + 1] == "]":
        return start - 1, end + 1
    return start, end
