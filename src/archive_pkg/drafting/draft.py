"""Draft the description of a text: the statements, and the reasons for open fields."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg.drafting.letters.segmentation import LetterLayout, Zone, segment
from archive_pkg.drafting.lines import WINDOW
from archive_pkg.drafting.rule_levels import leveled
from archive_pkg.drafting.statements.base import (
    CERTAIN,
    GUESS,
    PROBABLE,
    Confidence,
    DraftQuote,
    Statement,
)
from archive_pkg.drafting.statements.frame import read_fields
from archive_pkg.drafting.statements.notes import MOST_NOTES, find_brackets
from archive_pkg.drafting.vocabulary import load_vocabulary, words_of
from archive_pkg.messages import _
from archive_pkg.records.vocabularies.document_types import document_types
from archive_pkg.reports import Code, Location, Report, Severity
from archive_pkg.texts.letter_files import SourceText, read_source

if TYPE_CHECKING:
    from archive_pkg.drafting.vocabulary import Vocabulary
    from archive_pkg.paths import StrPath

EMPTY = Code("draft-text-empty", Severity.WARNING, "The text is empty, or has only white space.")
NO_FORMS = Code(
    "draft-no-letter",
    Severity.WARNING,
    "The text has no part that letters have (salutation, dateline, address, closing), so sender, "
    "recipient and date stay open.",
)
SEVERAL = Code(
    "draft-several-documents",
    Severity.WARNING,
    "The text seems to have several documents. Only the first one is drafted.",
)
NO_LINES = Code(
    "draft-no-line-breaks",
    Severity.WARNING,
    "The text is a single line, so its parts cannot be recognized by their position.",
)
UNKNOWN_SCRIPT = Code(
    "draft-unknown-script",
    Severity.WARNING,
    "The text is in a script that the rules do not support.",
)
BIDI = Code(
    "draft-bidi-control",
    Severity.WARNING,
    "The text has a control character that changes the direction of writing, so a screen may show "
    "the characters in a different order from that of the file.",
    "Unicode Standard Annex 9",
)
LOOSE_BRACKET = Code(
    "draft-bracket-loose",
    Severity.ADVICE,
    "A square bracket has no counterpart, so it is not clear where a note begins or ends.",
)
MANY_NOTES = Code(
    "draft-many-brackets",
    Severity.WARNING,
    "The text has an unusual number of brackets. Only the first ones are listed as notes.",
)
LONG = Code(
    "draft-text-long",
    Severity.ADVICE,
    "The text is very long. Only its beginning and its end were searched for the parts of a "
    "letter.",
)

FIELDS = ("classification", "date", "place", "sender", "recipient", "salutation", "closing",
          "signatory", "enclosure", "summary", "language", "text-kind")  # fmt: skip
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_TELEGRAM = re.compile(r"[A-Z]{0,5}[–-]?(?P<number>\d{1,6})\. ")
_MINISTRY = re.compile(r"ministry|MFA|министерств|外交部|\bMID\b", re.IGNORECASE)
_MISSION = re.compile(r"embassy|legation|mission|consulate|посольств|使馆", re.IGNORECASE)
_MOST_REPORTED = 20
_BETWEEN_PARTIES = frozenset({"sender", "recipient", "salutation", "closing", "signatory"})
# Fields that are kept only if the text is a letter.
_FORMED = frozenset(
    {"date", "place", "sender", "recipient", "salutation", "closing", "signatory", "summary"}
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft of a letter's record.

    Attributes:
        source: The file, its text and its encoding.
        zones: The zones of the text, such as the dateline and the body, in order.
        statements: The statements, each with evidence and confidence.
        report: Warnings and advice about the text. It has no errors.
        cuts: Offsets at which further documents begin in the text.
        span: The range of the text that it describes, if the file was split; None for all of it.
    """

    source: SourceText
    zones: tuple[Zone, ...]
    statements: tuple[Statement, ...]
    report: Report = field(default_factory=Report)
    cuts: tuple[int, ...] = ()
    span: tuple[int, int] | None = None

    @property
    def text(self) -> str:
        """The decoded text. All offsets refer to it."""
        return self.source.text

    def of(self, name: str) -> list[Statement]:
        """Return the statements about a field, in the order of the text."""
        return [one for one in self.statements if one.field == name]

    def one(self, name: str) -> Statement | None:
        """Return the first statement about a field; None if there is none."""
        return next(iter(self.of(name)), None)

    @property
    def open(self) -> list[str]:
        """The open fields of documents of this type: without a statement, or with a question."""
        stated = {one.field for one in self.statements if "question" not in one.more}
        if "enclosure-mentioned" in stated:
            stated.add("enclosure")
        kind = document_types().get(one.value if (one := self.one("type")) else "")
        if kind and not kind.correspondence:
            stated |= _BETWEEN_PARTIES
        return [name for name in FIELDS if name not in stated]

    @property
    def needs_review(self) -> list[Statement]:
        """The statements that are not certain, least certain first."""
        order = {GUESS: 0, PROBABLE: 1}
        unsure = [one for one in self.statements if one.confidence is not CERTAIN]
        return sorted(unsure, key=lambda one: order[one.confidence])


def draft_letter(
    path: StrPath, *, encoding: str | None = None, vocabulary: tuple[StrPath, ...] = ()
) -> Draft:
    """Draft a record from a letter's file: plain text, .docx, .odt, PDF, PAGE XML or ALTO.

    Import TEI files with `archive_pkg.interchange.importing.read` instead.

    Args:
        path: The file. It is not changed.
        encoding: The encoding of a plain text. By default, UTF-8, or UTF-16 with a byte order mark.
        vocabulary: Files with further words, names and markings.

    Raises:
        InvalidError: The file has no text, is damaged or too large, or its bytes do not fit the
            encoding; or a file of the vocabulary is not valid.
        StorageError: A file cannot be read.
        UsageError: The encoding is unknown, or pypdf is not installed for a PDF file.
    """
    own = map(Path, vocabulary)
    return draft_source(read_source(path, encoding), load_vocabulary(*own))


def draft_text(text: str, vocabulary: Vocabulary | None = None, *, lower: bool = True) -> Draft:
    """Draft a record from a letter's text.

    Args:
        text: The text.
        vocabulary: The vocabulary; by default the built-in one.
        lower: Whether to lower confidences that no measurement supports. To measure the rules
            themselves, use False.
    """
    data = text.encode("utf-8", "surrogatepass")
    source = SourceText(
        "", text, "UTF-8", False, hashlib.sha256(data).hexdigest(), "text/plain", "UTF-8"
    )
    return draft_source(source, vocabulary or load_vocabulary(), lower=lower)


def draft_source(source: SourceText, vocabulary: Vocabulary, *, lower: bool = True) -> Draft:
    """Draft a record from a text that is already decoded. For `lower`, see `draft_text`."""
    report = Report()
    layout = segment(source.text, vocabulary)
    statements = read_fields(layout, vocabulary)
    statements = _select(layout, statements, source, report, vocabulary)
    if lower:
        statements = leveled(statements, layout, vocabulary)
    _check_characters(source, report)
    cuts = tuple(layout.forms.documents)
    for cut in cuts:
        place = replace(Location(source.path), offset=cut)
        line = source.text[cut : cut + 60].split("\n")[0].strip()
        message = _("another document seems to begin here: “{line}”", line=line)
        hint = _("To draft each of them, use --split --out FOLDER.")
        report.add(SEVERAL.at(place, message, hint))
    return Draft(source, tuple(layout.zones), tuple(statements), report, cuts)


def _select(
    layout: LetterLayout,
    statements: list[Statement],
    source: SourceText,
    report: Report,
    vocabulary: Vocabulary,
) -> list[Statement]:
    """Return the statements to keep, with one about the type of the document if it is known.

    If the text has no known forms, statements that only letters support are left out.
    """
    place = Location(source.path)
    text = source.text
    if not text.strip():
        report.add(
            EMPTY.at(place, _("the text is empty"), _("Use a file that has the letter's text."))
        )
        return []
    if len(text) > 2 * WINDOW:
        message = _("the text has {text:,} characters", text=len(text))
        report.add(LONG.at(place, message, _("Put each letter into its own file.")))
    kind = document_type(layout, vocabulary)
    if kind is None and layout.forms.facts:
        return statements
    if kind is None:
        _report_no_letter(text, place, report, layout)
        return [one for one in statements if one.field not in _FORMED]
    return [*statements, kind]


def _report_no_letter(text: str, place: Location, report: Report, layout: LetterLayout) -> None:
    if not any(c.isalpha() for c in text[:WINDOW]) or not _known_script(text[:WINDOW]):
        message = _("the text has few or no Latin or Cyrillic letters")
        report.add(UNKNOWN_SCRIPT.at(place, message, _("Describe it by hand.")))
    elif len(layout.lines) == 1 and len(text) > 1000:
        hint = _("Use a file that keeps the letter's line breaks.")
        report.add(NO_LINES.at(place, _("the text has no line breaks"), hint))
    message = _("found no salutation, dateline, address or closing")
    report.add(NO_FORMS.at(place, message, _("If it is a letter, describe it by hand.")))


def is_letter(layout: LetterLayout) -> bool:
    """Return whether a text has enough parts of a letter to be read as one.

    A salutation is enough. If the text has up to four datelines, an address is enough, too, and so
    is a closing before a signature (in a long text, with a date, an address or a marking), or a
    dateline with a place, a marking or a signature.
    """
    head, tail = layout.head, layout.tail
    if head.salutation is not None:
        return True
    signed = {one.how for one in tail.signatures}
    dated = [line for line in head.datelines if line.undated or (line.date and line.date.sure)]
    if len(head.datelines) > 4:
        return False
    if tail.closings and signed & {"after-closing", "with-closing", "marked-signed"}:
        return (
            bool(dated or head.addressee or head.markings or tail.datelines)
            or len(layout.lines) < 400
        )
    placed = any(line.place for line in dated)
    return bool(head.addressee) or (bool(dated) and (placed or bool(head.markings) or bool(signed)))


def _known_script(text: str) -> bool:
    letters = [c for c in text[:2000] if c.isalpha()]
    known = sum(1 for c in letters if c < "\u0590" or "\u1e00" <= c <= "\u1fff")
    return bool(letters) and known * 2 > len(letters)


def _type(kind: str, sure: Confidence, rule: str) -> Statement:
    return Statement("type", kind, sure, rule)


def document_type(layout: LetterLayout, vocabulary: Vocabulary) -> Statement | None:
    """Return a statement about the document's type, or None if the text has no known forms."""
    stated, rank = _stated_type(layout)
    if stated is not None and rank >= 6:
        return stated
    if layout.head.salutation is not None:
        return _type(
            "letter", CERTAIN if not stated and _is_private(layout) else PROBABLE, "letter-forms"
        )
    if stated is not None and rank > 2:
        return stated
    if _is_report_to_ministry(layout):
        return _type("telegram", PROBABLE, "mission-to-ministry")
    if layout.forms.of("subject"):
        kind = "memorandum" if layout.forms.of("recipient") else "report"
        return _type(kind, PROBABLE, "subject-without-salutation")
    return stated or _type_by_layout(layout, vocabulary)


def _is_private(layout: LetterLayout) -> bool:
    """Return whether a text begins with several words and "!", as appeals do."""
    greeting = layout.head.salutation
    text = layout.lines[greeting].text.strip() if greeting is not None else ""
    return " " in text or text[-1:] != "!" or bool(layout.tail.closings or layout.head.addressee)


def _stated_type(layout: LetterLayout) -> tuple[Statement | None, int]:
    """Return the statement about the type with the highest rank, and its rank."""
    facts = layout.forms.of("type")
    if not facts:
        return None, 0
    best = facts[0]
    quote = DraftQuote(best.start, best.end, layout.text[best.start : best.end])
    return Statement("type", best.value, best.sure, best.rule, quote), best.rank


def _type_by_layout(layout: LetterLayout, vocabulary: Vocabulary) -> Statement | None:
    """Return a statement about the type that rests on the layout; None if the layout shows none."""
    head, lines = layout.head, layout.lines
    if not is_letter(layout) and not layout.forms.facts:
        return None
    words = {word for line in lines[: head.body][:12] for word in words_of(line.text[:60])}
    if "memorandum" in words:
        return _type("memorandum", CERTAIN, "head-says-memorandum")
    number = _TELEGRAM.match(lines[head.body].text) if head.body < len(lines) else None
    if number is not None:
        following = f"{int(number['number']) + 1}."
        if not any(line.text.startswith(following) for line in lines[head.body :]):
            return _type("telegram", PROBABLE, "number-opens-text")
    if "subject" in layout.kinds[: head.body]:
        return _type("memorandum", PROBABLE, "subject-without-salutation")
    signed = bool(layout.tail.signatures or layout.forms.of("signatory"))
    addressed = bool(head.addressee or layout.forms.of("recipient"))
    if not addressed and layout.forms.of("sender") and layout.forms.of("sender")[0].rank == 1:
        return _type("report", GUESS, "letterhead-without-address")
    if layout.forms.facts and not addressed and not layout.tail.closings:
        return None  # a report, a note or minutes without a heading
    return _type("letter", PROBABLE if signed and addressed else GUESS, "letter-forms")


def _is_report_to_ministry(layout: LetterLayout) -> bool:
    """Return whether a mission signs and a ministry is the recipient."""
    signers = [fact.value for fact in layout.forms.of("signatory") if fact.kind == "organization"]
    to = " ".join(fact.value for fact in layout.forms.of("recipient"))
    return bool(_MINISTRY.search(to)) and any(_MISSION.search(signer) for signer in signers)


def _check_characters(source: SourceText, report: Report) -> None:
    """Report direction controls and brackets without a counterpart."""
    text = source.text
    for number, match in enumerate(() if text.isascii() else _BIDI.finditer(text)):
        if number == _MOST_REPORTED:
            break
        sign = f"U+{ord(match.group()):04X}"
        place = replace(Location(source.path), offset=match.start())
        message = _("the control character {sign} changes the direction of writing", sign=sign)
        report.add(BIDI.at(place, message, _("Compare the characters with the source.")))
    brackets, loose = find_brackets(text)
    for offset in loose[:_MOST_REPORTED]:
        place = replace(Location(source.path), offset=offset)
        message = _("“{text}” has no counterpart", text=text[offset])
        report.add(LOOSE_BRACKET.at(place, message, _("Close or remove it, if the source allows.")))
    if len(brackets) > MOST_NOTES:
        message = _(
            "more than {most_notes:,} brackets; only the first {most_notes:,} are listed",
            most_notes=MOST_NOTES,
        )
        report.add(MANY_NOTES.at(Location(source.path), message, _("Check that it is a letter.")))
