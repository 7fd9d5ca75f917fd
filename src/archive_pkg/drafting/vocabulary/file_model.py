"""The form of a vocabulary file: its keys, and what each of them lists."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, ValidationError

from archive_pkg.drafting.vocabulary import words_of
from archive_pkg.faults import Fault
from archive_pkg.records.base import Model, Steps
from archive_pkg.records.explaining import FIELD_UNKNOWN, explain, explain_entry
from archive_pkg.records.models.fields import EMPTY, Many, Text
from archive_pkg.records.scalars import Form
from archive_pkg.records.vocabularies.languages import Language
from archive_pkg.records.yaml.nodes import EMPTY as EMPTY_FILE
from archive_pkg.reports import Code, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

    from archive_pkg.records.yaml.nodes import YamlTree
    from archive_pkg.reports import Finding


VOCABULARY_INVALID = Code(
    "vocabulary-invalid",
    Severity.ERROR,
    "A drafting vocabulary is not YAML, or has a key or a value that drafting cannot use.",
)
_HINT = "See the page “Drafting vocabulary” for the form of each key."
NOTHING: Any = {}
_FIXED = {"brackets", "words", "document_kinds", "field_labels"}
_NAMED = {"bodies", "persons", "places"}


def _with_words(text: str) -> str:
    if not words_of(text):
        raise Fault(f"“{text}” has no letters or digits", "Write a word, or remove it.")
    return text


Word = Annotated[Text, AfterValidator(_with_words)]
Words = Many[Word]
ByLanguage = dict[str, Words]
ByCode = dict[Language, Words]
Number = Annotated[
    str, Form("the number of a month", r"^(?:[1-9]|1[0-2])$", "Write a number from 1 to 12.")
]


class NamedPlaceOrPerson(Model):
    """A place or person, with all forms of its name."""

    name: Word
    short: Word | None = None
    variants: Words = EMPTY
    source: Text | None = None


class Body(NamedPlaceOrPerson):
    """A body, with the body that it belongs to."""

    part_of: Word | None = None


class AmbiguousForm(Model):
    """A form of address that fits many people."""

    form: Word
    kind: Text | None = None
    candidates: Words


class Level(Model):
    """A level of classification, with its names by language."""

    level: Word
    names: ByLanguage


class SalutationVocabulary(Model):
    """The words of salutations."""

    openers: ByLanguage = NOTHING
    endearments: Words = EMPTY
    abbreviated: Words = EMPTY


class EnclosureVocabulary(Model):
    """The words that head, mention or name an enclosure."""

    headings: Words = EMPTY
    mentions: Words = EMPTY
    things: ByLanguage = NOTHING


class AddresseeVocabulary(Model):
    """The first words of a line with an addressee."""

    openers: Words = EMPTY


class SourceLanguageVocabulary(Model):
    """The letters and endings that show the language of a source term."""

    letters: Text
    marks: Text
    endings: Words


class VocabularyFile(Model):
    """A vocabulary file.

    Attributes:
        sources: Works that entries name in `source`: a short name, and the title.
        bodies: Entries with `name`, `short` (its name in titles), `variants`, `source` and
            `part_of`, the name of the body to which it belongs.
        persons: Entries with `name`, `short`, `variants` and `source`.
        places: Entries with the same keys as persons.
        state_languages: By language, words that show the language of a state (`soviet`).
        language_names: By language, its names in headings of translations and in brackets
            (`russian`).
        ambiguous: Forms of address that fit many people: entries with `form`, `kind` and
            `candidates`. A draft never chooses one of them.
        offices: Words of offices.
        office_ends: Last words of the name of an office.
        kin: Words of a greeting that are not a name.
        months: By language, names of months with their number.
        weekdays: By language, seven names of weekdays from Monday, or several times seven.
        undated: Words for “no date”.
        salutations: `openers` by language, `endearments`, `abbreviated`.
        closings: By language, words that close a letter.
        signed: Words that mark a signature.
        for_another: Words that say for whom a person signs.
        postscripts: Words that begin a postscript.
        choices: Words that offer a choice.
        addressees: `openers`: the first words of a line with an addressee.
        senders: The first words of a line with a sender.
        subjects: The first words of a line with a subject.
        copies: The first words of a list of copies.
        letterheads: The first words of a letterhead.
        registry: The first words of a line of filing.
        enclosures: `headings` of attachments, `mentions` in the letter, and by language `things`
            that can be enclosed.
        levels: Levels of classification, lowest first: entries with `level`, and `names` by
            language.
        handling: Markings that appear next to a level.
        alone: Markings that may appear alone.
        none: Words for “not classified”.
        brackets: By kind of note (`sic`, `withheld`, `illegible`, `omission`, `editorial`), its
            words in brackets.
        reporting: Regular verbs with which an editor's summary reports a letter.
        reporting_irregular: Irregular verbs of this kind.
        document_kinds: By kind of document, the words of its heading.
        field_labels: By field, its labels in a head ("To", "Participants").
        caveats: By language, words that restrict handling.
        slogans: Slogans above a text.
        history: Words about the later history of a document.
        towns: Names of towns.
        body_words: Words of bodies.
        acronyms: Abbreviations of bodies.
        office_words: Words of offices in lines of official documents.
        comrades: Titles such as "Comrade".
        function_words: By language, its most frequent small words, which show the language of a
            text.
        words: By use, small words that distinguish a signature from similar lines.
        regions: Names of regions after a place.
        countries: Names of countries after a place.
        past_tenses: Past tenses that are slips after “has”.
        russian_endings: Endings of Russian words, in Cyrillic. A romanized term has one of them.
        source_languages: By language, for terms of the original in brackets: all its `letters` that
            are not in ASCII, the `marks` among them that few other languages have, and `endings`
            that English words do not have.
        loanwords: English words that look like those of another language ("détente").
    """

    bodies: Many[Body] = EMPTY
    persons: Many[NamedPlaceOrPerson] = EMPTY
    places: Many[NamedPlaceOrPerson] = EMPTY
    sources: dict[str, Text] = NOTHING
    state_languages: ByCode = NOTHING
    language_names: ByCode = NOTHING
    ambiguous: Many[AmbiguousForm] = EMPTY
    offices: Words = EMPTY
    office_ends: Words = EMPTY
    kin: Words = EMPTY
    months: dict[str, dict[Word, Number]] = NOTHING
    weekdays: dict[str, Many[str]] = NOTHING
    undated: Words = EMPTY
    salutations: SalutationVocabulary | None = None
    closings: ByLanguage = NOTHING
    signed: Words = EMPTY
    for_another: Words = EMPTY
    postscripts: Words = EMPTY
    choices: Words = EMPTY
    addressees: AddresseeVocabulary | None = None
    senders: Words = EMPTY
    subjects: Words = EMPTY
    copies: Words = EMPTY
    letterheads: Words = EMPTY
    registry: Words = EMPTY
    enclosures: EnclosureVocabulary | None = None
    levels: Many[Level] = EMPTY
    handling: Words = EMPTY
    alone: Words = EMPTY
    none: Words = EMPTY
    brackets: ByLanguage = NOTHING
    reporting: Words = EMPTY
    reporting_irregular: Words = EMPTY
    document_kinds: ByLanguage = NOTHING
    field_labels: ByLanguage = NOTHING
    caveats: ByLanguage = NOTHING
    slogans: Words = EMPTY
    history: Words = EMPTY
    towns: Words = EMPTY
    body_words: Words = EMPTY
    acronyms: Words = EMPTY
    office_words: Words = EMPTY
    comrades: Words = EMPTY
    function_words: ByCode = NOTHING
    words: ByLanguage = NOTHING
    regions: Words = EMPTY
    countries: Words = EMPTY
    past_tenses: Words = EMPTY
    russian_endings: Words = EMPTY
    source_languages: dict[Language, SourceLanguageVocabulary] = NOTHING
    loanwords: Words = EMPTY


def vocabulary_findings(
    tree: YamlTree, path: str, built_in: list[dict[str, Any]]
) -> Iterator[Finding]:
    """Yield what is wrong with a vocabulary file, each with its line.

    Args:
        tree: The file.
        path: The path for the findings.
        built_in: The plain data of the vocabularies of the program.
    """
    root = tree.root
    if [found.code for found in tree.report] == [EMPTY_FILE.code]:
        yield VOCABULARY_INVALID.at(Location(path), "the file is empty", _HINT)
        return
    if not tree.report.ok or root is None or not tree.complete:
        yield from tree.report
        return
    if not isinstance(root.value, dict):
        place = Location(path, line=root.start.line + 1, column=root.start.column + 1)
        yield VOCABULARY_INVALID.at(place, "this is not a mapping of lists", _HINT)
        return
    data = root.plain
    entries: list[ErrorDetails] = []
    try:
        VocabularyFile.model_validate(data)
    except ValidationError as error:
        entries = error.errors(include_url=False)
    entries = entries or [*_unknown_names(data, built_in), *_wrong_entries(data, built_in)]
    for found in explain(entries, VocabularyFile, data, path, root, _explain):
        field = found.location.field.removesuffix(".[key]")
        yield replace(found, location=replace(found.location, field=field))


def _explain(entry: ErrorDetails, model: type[BaseModel]) -> tuple[Code, str, str]:
    """Return the code, message and hint of an error in the words of vocabularies."""
    code, message, hint = explain_entry(entry, model)
    if code is FIELD_UNKNOWN:
        message = message.replace("is not a field of", "is not a key of")
        hint = hint if hint.startswith("Did you mean") else _HINT
    if entry["loc"][-1] == "[key]":
        message = f"“{entry['input']}” is not a language: {message}"
    return VOCABULARY_INVALID, message, hint or _HINT


def _entry(place: Steps, message: str, hint: str, *, key: bool = False) -> ErrorDetails:
    """Return an error of a value, or of the key at the end of a place, in Pydantic's form."""
    kind = "extra_forbidden" if key else "value_error"
    context = {"error": Fault(message, hint)}
    return {"type": kind, "loc": place, "msg": message, "input": None, "ctx": context}


def _unknown_names(data: dict[str, Any], built_in: list[dict[str, Any]]) -> Iterator[ErrorDetails]:
    """Yield the names within a key that the rules do not look up."""
    for key in _FIXED & data.keys():
        known = {name for tree in built_in for name in tree.get(key, ())}
        for name in data[key].keys() - known:
            hint = f"The names are {', '.join(sorted(known))}."
            yield _entry((key, name), f"“{name}” is not a name in {key}", hint, key=True)


def _wrong_entries(data: dict[str, Any], built_in: list[dict[str, Any]]) -> Iterator[ErrorDetails]:
    """Yield repeated names, misspelt names of bodies, and incomplete weeks."""
    for key in _NAMED & data.keys():
        seen: dict[str, int] = {}
        for number, entry in enumerate(data[key]):
            if seen.setdefault(entry["name"], number) != number:
                message = f"an earlier entry already has the name “{entry['name']}”"
                yield _entry((key, number, "name"), message, "Join the two entries.")
    bodies = data.get("bodies", ())
    known = {one["name"] for tree in (*built_in, data) for one in tree.get("bodies", ())}
    found = {tuple(words_of(name)) for name in known}
    for number, entry in enumerate(bodies):
        party = entry.get("part_of") or ""
        near = get_close_matches(party, known, 1, 0.9)
        if near and tuple(words_of(party)) not in found:
            message = f"“{party}” is not the name of a body"
            yield _entry(("bodies", number, "part_of"), message, f"Did you mean {near[0]}?")
    for language, names in data.get("weekdays", {}).items():
        if len(names) % 7:
            message = f"{language} has {len(names)} names of days"
            yield _entry(("weekdays", language), message, "Write seven names from Monday.")
