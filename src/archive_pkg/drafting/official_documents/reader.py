"""Read the forms of official documents in a text, and drop them if the text is a letter."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from archive_pkg.drafting.letters.head import is_prose
from archive_pkg.drafting.official_documents.base import TALK
from archive_pkg.drafting.official_documents.dates import around, day_before, days_in
from archive_pkg.drafting.official_documents.facts import DocumentForms
from archive_pkg.drafting.official_documents.head import HeadForms
from archive_pkg.drafting.official_documents.tail import TailForms
from archive_pkg.drafting.statements.base import CERTAIN, GUESS, PROBABLE
from archive_pkg.drafting.statements.notes import find_brackets
from archive_pkg.drafting.vocabulary import words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.drafting.language import TextConventions
    from archive_pkg.drafting.lines import Line
    from archive_pkg.drafting.vocabulary import Vocabulary

_SOURCE = re.compile(
    r"\[?\s*(?:Sources?|Quellen?|Источник|Źródło|Forrás|Archival source|Pramen|Sursa)\s*:\s*",
    re.IGNORECASE,
)
_FOOTNOTE = re.compile(r"\[\d{1,2}\]\s+(?=\S)")
_ARCHIVE = re.compile(
    r"\b(?:BArch|SAPMO|RGANI|RGASPI|AVP ?RF|AVPRF|APRF|GARF|TsAMO|PA AA|MfAA|AAN"
    r"|MOL|MNL|ANIC|CDA|TsDA|SÚA|NA ČR|AMZV|NARA|TNA|PRO|РГАНИ|РГАСПИ|АВП|[Ff]ond"
    r"|[Ff]\.|Bestand|MfS|BStU|Archives?)\b"
)
# "РГАСПИ. Ф. 558. Оп. 1. Д. 5411. Л. 4", "RGANI, f. 89, op. 42, d. 59"
_REFERENCE = re.compile(
    r"[^\W\d_][^;:]{1,70}[,.]\s*(?:f|fond|ф|фонд)\.?\s?[\w-]+[,.]\s*(?:op|opis|оп|опись)\.?\s?\d+"
    r"[,.]\s*(?:d|delo|д|дело)\.?\s?\d+.{0,80}",
    re.IGNORECASE,
)
_TRANSLATOR = re.compile(
    (
        r"\b(?:Translat(?:ed|ion)|Trans\.|Translated and edited)(?:\s+(?:and \w+|from "
        r"[^.;]{2,40}?|for [^.;]{2,60}?|from [^.;]{2,40}? for [^.;]{2,60}?))?\s*(?:by"
        r"|:)\s+(?P<name>[^.;,\]\n]*?(?:\b[A-Z]\.[^.;,\]\n]*?)*)(?=[.;,\]\n]"
        r"|\sand\s(?:edited|obtained)|$)"
    ),
    re.IGNORECASE,
)
_CUT = re.compile(
    r"[.;,]?\s*\b(?:Obtained|Translat(?:ed|ion)|Compiled|Published|Provided"
    r"|Document obtained|Contributed|Introduced|Edited)\b"
)
# The office of translators, whose letterhead is above the translation.
_TRANSLATES = re.compile(
    r"language services|translation (?:division|service|section|bureau)|sprachendienst"
    r"|übersetzungs(?:dienst|büro)|бюро переводов",
    re.IGNORECASE,
)
NEAR_LETTERHEAD = 90  # characters
_OFFICIAL = ("source-line", "filing", "participant", "copy-number", "translator", "summary")
LONGEST_ENTRY_DAY = 40
_SEPARATOR = re.compile(r"\W*")
_ON_DAY = re.compile(r"(?:On|In the (?:morning|afternoon|evening) of) .{4,40}")
_NEXT = re.compile(
    (
        r"\[(?:attachment|enclosure|annex|appendix|anlage|приложение|pages? [\w "
        r",–-]+?)[^\[\]]{0,60}\]|(?:attachment|enclosure|annex|appendix)(?: "
        r"(?:no\.?\s?)?\d+)?"
    ),
    re.IGNORECASE,
)


def read_forms(
    text: str, lines: Sequence[Line], vocabulary: Vocabulary, conventions: TextConventions
) -> DocumentForms:
    """Return the forms of official documents in a text; none if it seems to be a letter."""
    forms = DocumentForms()
    brackets = {bracket.start: bracket for bracket in find_brackets(text)[0][:500]}
    head = HeadForms(text, lines, brackets, vocabulary, conventions, forms)
    _sources(head)
    head.read()
    end = _next_document(head)
    tail = TailForms(text, lines, brackets, vocabulary, conventions, forms)
    tail.read(end)
    for written, offset in head.arrivals:
        head.add_received(written, offset)
    _heads(head)
    _towns(head)
    _diary(head)
    _talks(tail)
    if not _are_official(head.strong or tail.strong, forms, vocabulary):
        return DocumentForms()
    return forms


def _are_official(strong: bool, forms: DocumentForms, vocabulary: Vocabulary) -> bool:
    """Return whether there are forms that only official documents have."""
    for fact in forms.facts:
        if fact.field in _OFFICIAL or fact.rule.startswith("address"):
            return True
        if fact.rule in ("opening-words", "telegraph-head"):
            return True
        if fact.field == "caveat" and " ".join(words_of(fact.value)) in vocabulary.caveats:
            return True
    return strong


def _sources(head: HeadForms) -> None:
    """Read source lines near the beginning and the end, and the translators that they name."""
    lines = head.lines
    for number, line in enumerate(lines):
        if number > 12 and number < len(lines) - 12:
            continue
        match, footnote = _SOURCE.match(line.text), _FOOTNOTE.match(line.text)
        if match is None and line.alone and _REFERENCE.fullmatch(line.text.strip("[]()")):
            value = (
                line.text.strip(" .") if line.text[0] not in "[(" else line.text[1:].strip(" ].)")
            )
            at = line.start + line.text.index(value)
            head.add("source-line", value, PROBABLE, "source-line", at)
            head.take(number, "source")
            continue
        cites = footnote and number > 3 and _ARCHIVE.search(line.text)
        begins = match or (footnote if cites else None)
        if begins is None:
            if _TRANSLATOR.match(line.text.lstrip("[( ")):
                _translator(head, line.start, line.end)
                head.take(number, "source")
            continue
        end = line.end
        if match is not None:
            bracket = head.brackets.get(line.start)
            end = bracket.end if bracket else next(o.end for o in lines[number:] if o.last)
        begin = line.start + begins.end()
        cut = _CUT.search(head.text, begin, end)
        value = head.text[begin : cut.start() if cut else end].rstrip(" ].;,\n")
        if value:
            written, stop = " ".join(value.split()), begin + len(value)
            sure = CERTAIN if match else PROBABLE
            head.add("source-line", written, sure, "source-line", begin, stop)
        _translator(head, begin, end)
        for taken in range(number, len(lines)):
            if lines[taken].start < end:
                head.take(taken, "source")


def _translator(head: HeadForms, start: int, end: int) -> None:
    """Add the translator whom a source line names."""
    match = _TRANSLATOR.search(head.text, start, end)
    name = re.sub(r"\s+(?:for|from)\s.*$", "", match["name"].strip(" ,.]")) if match else ""
    if match and name[:1].isupper() and len(name.split()) <= 6:
        at = match.start("name")
        head.add("translator", name, CERTAIN, "source-line", at, kind="person")


def heads_enclosure(line: str) -> bool:
    """Return whether a line heads an enclosure: "[Attachment]", "Annex 2"."""
    return _NEXT.fullmatch(line) is not None


def _next_document(head: HeadForms) -> int:
    """Return the first line at which another document begins; the number of lines if none does.

    The offsets of all further documents are added to the forms.
    """
    lines, found = head.lines, list[int]()
    for number in range(max(head.forms.body, 1), len(lines)):
        in_head = found and not any(map(is_prose, lines[found[-1] : number]))
        if not in_head and _begins_document(head, number):
            found.append(number)
    head.forms.documents += [lines[number].start for number in found]
    return found[0] if found else len(lines)


def _begins_document(head: HeadForms, number: int) -> bool:
    """Return whether a line heads an enclosure, or is the first line of a document's head."""
    line, above = head.lines[number], head.lines[number - 1]
    if heads_enclosure(line.text):
        following = range(number + 1, min(number + 4, len(head.lines)))
        return number not in head.forms.taken and any(map(head.opens_document, following))
    if not (line.first and line.text[0].isupper() and line.text[-1] not in ".,;:!?"):
        return False
    kind = head.kind_of_line(number)
    if kind not in ("marking", "heading", "filing"):
        return False
    separated = _SEPARATOR.fullmatch(above.text) is not None
    needed = 2 if separated else 3 if kind == "filing" or not is_prose(above) else 4
    return len(head.kinds_of_lines(number)) >= needed


def _heads(head: HeadForms) -> None:
    """Add the letterhead as sender, with a low rank."""
    heads = [
        one for one in head.heads
        if not one[2].endswith("Document") and not _TRANSLATES.search(head.text, *one[:2])
        and not _TRANSLATES.search(head.text, one[1], one[1] + NEAR_LETTERHEAD)
    ]  # fmt: skip
    if not heads:
        return
    start, end, text = heads[0]
    value = text.removeprefix("the ")
    talk = any(f.value == "memorandum of conversation" for f in head.forms.of("type"))
    posted = re.search(r"embassy|legation|botschaft|посольство", value, re.IGNORECASE)
    sure = GUESS if talk and not posted else PROBABLE
    head.add("sender", value, sure, "letterhead", start, end, rank=1, kind="organization")


def _towns(head: HeadForms) -> None:
    """Add a town that is alone on a line as the place, unless it belongs to an address."""
    for start, name, number in head.towns:
        above, below = (head.forms.taken.get(n) for n in (number - 1, number + 1))
        line = head.lines[number]
        apart = line.last and not name.isupper()  # telegrams have their town above the address
        goes_there = above == "addressee" or (below == "addressee" and not apart)
        # A body with its town below the first lines is an addressee.
        goes_there |= line.block > 1 and not line.first and head.is_body_line(number - 1)
        if (above == "dateline" and not line.first) or not goes_there:
            head.add("place", name, PROBABLE, "town-in-head", start, rank=3)


def _diary(head: HeadForms) -> None:
    """Add the type "diary-entry" to a diary that has entries of several days."""
    titled = [one for one in head.forms.of("type") if one.rule in ("diary-of", "heading-of-diary")]
    entries = [
        line
        for line in head.lines[head.forms.body - 1 :]
        if len(line.text) <= LONGEST_ENTRY_DAY
        and (days := days_in(line.text, head.vocabulary, head.conventions))
        and not any(around(line.text, days))
    ]
    if titled and len(entries) > 1:
        start, end = entries[0].start, entries[0].end
        head.add("type", "diary-entry", PROBABLE, "entries-of-diary", start, end, rank=10)


def _talks(tail: TailForms) -> None:
    """Add participants and the day of a talk or session that other forms did not state."""
    forms = tail.forms
    kinds = forms.of("type")
    if not kinds or kinds[0].value not in (TALK, "minutes"):
        return
    tail.speakers()
    tail.add_signer()
    if forms.of("event-date"):
        return
    dates = forms.of("date")
    opening = next((line for n, line in enumerate(tail.lines) if n not in forms.taken), None)
    match = _ON_DAY.match(opening.text) if opening else None
    if opening and match and not tail.event_date(match.group(), opening.start, PROBABLE):
        days = days_in(match.group(), tail.vocabulary, tail.conventions)
        if days and dates and len(dates[0].value) == 10:
            at, edtf = opening.start, day_before(days[0].edtf, dates[0].value)
            start, end = at + days[0].start, at + days[0].end
            tail.add("event-date", edtf, PROBABLE, "date-of-talk", start, end)
    if dates and not forms.of("event-date"):
        stated = {one.value for one in dates if len(one.value) == 10}
        day = min(dates, key=lambda one: one.value) if len(stated) > 1 else dates[0]
        sure = GUESS if len(stated) > 1 or kinds[0].sure is GUESS else PROBABLE
        forms.facts.append(replace(day, field="event-date", sure=sure, rank=1))
