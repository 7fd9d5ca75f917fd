"""Load the vocabulary of the rules: phrases of letters, markings, bodies and persons.

The data is in `letters.yaml`, `markings.yaml`, `agents.yaml` and `official_documents.yaml`. The
words that distinguish bodies from persons are in `names/bodies.yaml`. Users can add files with the
same keys.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from importlib.resources import files
from itertools import islice
from typing import TYPE_CHECKING, Any

from archive_pkg.dates.written.month_names import MONTHS
from archive_pkg.errors import InvalidError
from archive_pkg.messages import _
from archive_pkg.names.bodies import body_vocabulary
from archive_pkg.records.yaml.reading import read_yaml
from archive_pkg.reports import Report
from archive_pkg.storage import read_text, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from archive_pkg.records.yaml.nodes import YamlTree

_WORD = re.compile(r"[\w№°]+(?:['’][\w]+)*")


def words_of(text: str) -> list[str]:
    """Return the words of a string, casefolded, without punctuation."""
    return list(_words(text))


@lru_cache(maxsize=512)  # several readers ask for those of the same line
def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold().replace("’", "'"))


def first_word(text: str) -> str:
    """Return the first word of a string, or an empty string."""
    match = _WORD.search(text)
    return words_of(match.group())[0] if match else ""


def after_words(text: str, count: int) -> int:
    """Return the offset after the first `count` words of a string."""
    ends = [match.end() for match in islice(_WORD.finditer(text), count)]
    return ends[-1] if ends else 0


_WORDS = (
    "never first", "pronouns", "honorifics", "possessives", "prepositions", "next to dates",
    "before names", "joining names", "after names", "in headings", "scopes", "abstracts", "fillers",
    "groups", "registrars",
)  # fmt: skip


_FORMS = (
    "undated", "closings", "signed", "for_another", "postscripts", "subjects", "senders", "choices",
    "copies", "letterheads", "registry", "regions",
)  # fmt: skip


class PhraseSet:
    """A set of phrases to find at the beginning of a list of words or anywhere in it."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        for phrase in phrases:
            words = tuple(words_of(phrase))
            if words:
                self._by_first.setdefault(words[0], []).append(words)
        for known in self._by_first.values():
            known.sort(key=len, reverse=True)

    def at(self, words: Sequence[str], position: int = 0) -> int:
        """Return the number of words of the longest phrase at a position; 0 if there is none."""
        if position >= len(words):
            return 0
        for phrase in self._by_first.get(words[position], ()):
            if tuple(words[position : position + len(phrase)]) == phrase:
                return len(phrase)
        return 0

    def within(self, words: Sequence[str]) -> int:
        """Return the position of the first phrase among the words, or -1."""
        if self._by_first.keys().isdisjoint(words):
            return -1
        return next((i for i in range(len(words)) if self.at(words, i)), -1)

    def matches(self, words: Sequence[str]) -> bool:
        """Return whether the words are exactly one of the phrases."""
        return bool(words) and self.at(words) == len(words)


@dataclass(frozen=True, slots=True)
class NamedEntity:
    """A body, person or place, with all forms of its name.

    Attributes:
        name: The full name.
        kind: "organization", "person" or "place".
        short: The short form for titles of records.
        variants: The other forms of the name.
        part_of: The body to which an organ belongs, such as the party of a committee.
    """

    name: str
    kind: str
    short: str = ""
    variants: tuple[str, ...] = ()
    part_of: str = ""

    def is_abbreviation(self, form: str) -> bool:
        """Return whether a form in capitals is an abbreviation of the name."""
        return form in self.variants or form == self.short


@dataclass(frozen=True, slots=True)
class SourceLanguage:
    """How a term of the original in Latin letters shows its language.

    Attributes:
        letters: All its letters that are not in ASCII.
        marks: Those of them that few other languages have.
        endings: Endings of its words that English words do not have.
    """

    letters: frozenset[str]
    marks: frozenset[str]
    endings: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """All words and names that the rules look up.

    Attributes:
        forms: The tables of `letters.yaml`, as phrases of all languages.
        months: The number of a month by its name in lower case, in all languages.
        languages: The languages of a month's name.
        weekdays: The number of a day of the week by its name; Monday is 1.
        levels: The level of a marking by its words.
        order: The levels, lowest first.
        handling: Handling markings that can follow a level.
        alone: Handling markings that can be a classification without a level.
        unmarked: Phrases that say that a document has no marking.
        reporting: Forms of the verbs with which editors summarize letters.
        function_words: Frequent short words of each language.
        words: Short words by their function, to distinguish signatures from other lines.
        office_ends: Words at the end of an office's name, including countries.
        kin: Words of a salutation that are not names.
        mention: A pattern for words that mention an enclosure.
        thing: A pattern for nouns for things that are enclosed ("copy").
        past_tenses: Past tenses that cannot follow "has" or "have".
        russian_endings: Endings of Russian words.
        source_languages: How a source term shows its language, by language.
        loanwords: Words that look foreign, but that English uses ("détente").
        offices: Words of offices and titles before or after a name.
        agents: Bodies, persons and places by each form of their name, casefolded.
        name_lengths: The numbers of words of names in `agents` by the first word, longest first.
        kind_lengths: The numbers of words of headings in `document_kinds` in the same way.
        ambiguous: The people whom a form of address may mean, by this form.
        caveats: Markings that restrict copying, handling or circulation.
        document_kinds: The kind of a document by the words of its heading.
        field_labels: The field of a head by its label.
        body_words: Words that are the head of a body's name, such as "ministry".
        acronyms: Abbreviations of bodies and states.
        office_words: Single words of offices.
        comrades: Titles of comradeship and courtesy.
        history: Words about the document's later history, such as "declassified".
        slogans: Slogans at the top of party papers.
        towns: Names of towns.
    """

    forms: Mapping[str, PhraseSet]
    months: Mapping[str, int]
    languages: Mapping[str, frozenset[str]]
    weekdays: Mapping[str, int]
    levels: Mapping[str, str]
    order: tuple[str, ...]
    handling: frozenset[str]
    alone: frozenset[str]
    unmarked: frozenset[str]
    offices: PhraseSet
    reporting: frozenset[str]
    function_words: Mapping[str, frozenset[str]]
    words: Mapping[str, frozenset[str]]
    office_ends: frozenset[str]
    kin: frozenset[str]
    past_tenses: frozenset[str]
    mention: re.Pattern[str]
    thing: re.Pattern[str]
    russian_endings: tuple[str, ...]
    source_languages: Mapping[str, SourceLanguage]
    loanwords: frozenset[str]
    agents: Mapping[str, NamedEntity] = field(default_factory=dict)
    name_lengths: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    ambiguous: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    caveats: frozenset[str] = frozenset()
    document_kinds: Mapping[str, str] = field(default_factory=dict)
    kind_lengths: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    field_labels: Mapping[str, str] = field(default_factory=dict)
    body_words: frozenset[str] = frozenset()
    acronyms: frozenset[str] = frozenset()
    office_words: frozenset[str] = frozenset()
    comrades: frozenset[str] = frozenset()
    history: PhraseSet = field(default_factory=lambda: PhraseSet(()))
    slogans: PhraseSet = field(default_factory=lambda: PhraseSet(()))
    towns: frozenset[str] = frozenset()
    state_languages: Mapping[str, str] = field(default_factory=dict)
    language_names: Mapping[str, str] = field(default_factory=dict)

    def agent(self, name: str) -> NamedEntity | None:
        """Return the body, person or place with a name; None if there is none."""
        words = words_of(name)
        return self.agents.get(" ".join(words[1:] if words[:1] == ["the"] else words))


def _own(text: str, path: Path, built_in: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the plain data of a user's vocabulary.

    Raises:
        InvalidError: The file has an error.
    """
    from archive_pkg.drafting.vocabulary.file_model import vocabulary_findings

    tree = read_yaml(text.removeprefix("\ufeff"), str(path))
    report = Report(list(vocabulary_findings(tree, str(path), built_in)))
    if report.errors:
        raise InvalidError(_("{path} is not a valid vocabulary", path=path), report=report)
    return _plain(tree)


def _plain(tree: YamlTree) -> dict[str, Any]:
    return dict(tree.root.plain) if tree.root else {}


def _flatten(entry: object) -> list[str]:
    """Return all words of an entry, which may be listed by language."""
    if isinstance(entry, dict):
        return [word for value in entry.values() for word in _flatten(value)]
    if isinstance(entry, list):
        return [str(word) for word in entry]
    return []


def _verb_forms(verb: str) -> tuple[str, ...]:
    """Return possible forms of the third person and the past tense of an English verb."""
    if not verb:
        return ()
    if verb.endswith("e"):
        return f"{verb}s", f"{verb}d"
    if verb.endswith("y") and verb[-2:-1] not in "aeo":
        return f"{verb[:-1]}ies", f"{verb[:-1]}ied"
    return f"{verb}s", f"{verb}es", f"{verb}ed", f"{verb}{verb[-1]}ed"


def _merged(trees: Iterable[dict[str, Any]], key: str) -> list[Any]:
    """Return the entries of a list from several files, in order."""
    return [entry for tree in trees for entry in tree.get(key, ())]


def _lengths(phrases: Iterable[str]) -> dict[str, tuple[int, ...]]:
    lengths: dict[str, set[int]] = {}
    for phrase in phrases:
        words = phrase.split()
        lengths.setdefault(words[0], set()).add(len(words))
    return {word: tuple(sorted(found, reverse=True)) for word, found in lengths.items()}


def _agents(trees: list[dict[str, Any]]) -> dict[str, NamedEntity]:
    """Return bodies, persons and places by each form of their name.

    A later entry replaces an earlier entry with the same name.
    """
    by_name: dict[str, NamedEntity] = {}
    for key, kind in (("bodies", "organization"), ("persons", "person"), ("places", "place")):
        for entry in _merged(trees, key):
            known = NamedEntity(
                str(entry["name"]),
                kind,
                str(entry.get("short") or ""),
                tuple(str(v) for v in entry.get("variants") or ()),
                str(entry.get("part_of") or ""),
            )
            by_name[known.name] = known
    by_words = {tuple(words_of(name)): known for name, known in by_name.items()}
    for known in [*by_name.values()]:
        party = by_words.get(tuple(words_of(known.part_of)))
        if party is not None:
            more = _committee_forms(party) if known.name.startswith(_COMMITTEE_OF) else ()
            variants = tuple(dict.fromkeys([*known.variants, *more]))
            by_name[known.name] = replace(known, variants=variants, part_of=party.name)
    agents: dict[str, NamedEntity] = {}
    for known in by_name.values():
        for form in (known.name, known.short, *known.variants):
            words = words_of(form)
            if len(words) > 1 and words[0] == "the":
                words = words[1:]  # an article is not part of the name
            if words:
                agents[" ".join(words)] = known
    return agents


_COMMITTEE_OF = "Central Committee of the "


def _committee_forms(party: NamedEntity) -> Iterator[str]:
    """Yield the English names of a party's central committee."""
    for name in filter(None, (party.name, party.short, *party.variants)):
        for committee in ("CC", "Central Committee"):
            yield from (f"{committee} of the {name}", f"{committee} {name}", f"{name} {committee}")


def _by_phrase(trees: Iterable[dict[str, Any]], key: str) -> dict[str, str]:
    """Return the name of a list by each phrase in it; by the first list for a repeated phrase."""
    found: dict[str, str] = {}
    for tree in trees:
        for name, phrases in tree.get(key, {}).items():
            for phrase in phrases:
                found.setdefault(" ".join(words_of(str(phrase))), str(name))
    return found


def _any_of(words: list[str]) -> re.Pattern[str]:
    """Return a pattern for any of some words, in either case.

    It begins with a set of letters, which the engine searches for fastest.
    """
    rests: dict[str, list[str]] = {}
    for word in words:
        rests.setdefault(word[0], []).append(re.escape(word[1:]))
    first = "".join(letter + letter.upper() for letter in rests)
    branches = (f"(?<={letter}){'(?:' + '|'.join(rest)})" for letter, rest in rests.items())
    return re.compile(rf"[{first}](?<!\w.)(?i:{'|'.join(branches)})\b")


def _build(trees: list[dict[str, Any]]) -> Vocabulary:
    forms: dict[str, list[str]] = {}
    months: dict[str, int] = {}
    languages: dict[str, set[str]] = {}
    mentions: list[str] = []
    things: list[str] = []
    for tree in trees:
        for language, names in tree.get("months", {}).items():
            months.update({name: int(number) for name, number in names.items()})
            for name in names:
                languages.setdefault(name, set()).add(language)
        salutations = tree.get("salutations", {})
        for key in ("openers", "endearments", "abbreviated"):
            forms.setdefault(f"salutation {key}", []).extend(_flatten(salutations.get(key)))
        enclosures = tree.get("enclosures", {})
        forms.setdefault("enclosure headings", []).extend(_flatten(enclosures.get("headings")))
        mentions += _flatten(enclosures.get("mentions"))
        things += _flatten(enclosures.get("things"))
        addressees = tree.get("addressees", {})
        for key, words in tree.get("brackets", {}).items():
            forms.setdefault(f"bracket {key}", []).extend(_flatten(words))
        forms.setdefault("addressee openers", []).extend(_flatten(addressees.get("openers")))
        for key in _FORMS:
            forms.setdefault(key, []).extend(_flatten(tree.get(key)))
    levels = {
        " ".join(words_of(name)): str(entry["level"])
        for entry in _merged(trees, "levels")
        for name in _flatten(entry["names"])
    }
    order = tuple(dict.fromkeys(str(entry["level"]) for entry in _merged(trees, "levels")))
    agents = _agents(trees)
    document_kinds = _by_phrase(trees, "document_kinds")
    return Vocabulary(
        forms={key: PhraseSet(entries) for key, entries in forms.items()},
        months=months,
        languages={name: frozenset(found) for name, found in languages.items()},
        weekdays={
            name: number % 7 + 1
            for tree in trees
            for names in tree.get("weekdays", {}).values()
            for number, name in enumerate(names)
        },
        levels=levels,
        order=order,
        handling=frozenset(" ".join(words_of(w)) for w in _merged(trees, "handling")),
        alone=frozenset(" ".join(words_of(w)) for w in _merged(trees, "alone")),
        unmarked=frozenset(" ".join(words_of(w)) for w in _merged(trees, "none")),
        offices=PhraseSet(str(w) for w in _merged(trees, "offices")),
        reporting=frozenset(
            form for verb in _merged(trees, "reporting") for form in _verb_forms(str(verb))
        )
        | frozenset(str(verb) for verb in _merged(trees, "reporting_irregular")),
        function_words={
            language: frozenset(words)
            for tree in trees
            for language, words in tree.get("function_words", {}).items()
        },
        words={
            key: frozenset(word for tree in trees for word in tree.get("words", {}).get(key, ()))
            for key in _WORDS
        },
        office_ends=frozenset(_merged(trees, "office_ends") + _merged(trees, "countries")),
        kin=frozenset(_merged(trees, "kin")),
        mention=_any_of(mentions),
        thing=_any_of(things),
        past_tenses=frozenset(_merged(trees, "past_tenses")),
        russian_endings=tuple(_merged(trees, "russian_endings")),
        source_languages={
            code: SourceLanguage(
                frozenset(entry["letters"]), frozenset(entry["marks"]), tuple(entry["endings"])
            )
            for tree in trees
            for code, entry in tree.get("source_languages", {}).items()
        },
        loanwords=frozenset(_merged(trees, "loanwords")),
        agents=agents,
        name_lengths=_lengths(agents),
        ambiguous={
            " ".join(words_of(entry["form"])): tuple(str(c) for c in entry["candidates"])
            for entry in _merged(trees, "ambiguous")
        },
        caveats=frozenset(
            " ".join(words_of(w)) for tree in trees for w in _flatten(tree.get("caveats"))
        ),
        document_kinds=document_kinds,
        kind_lengths=_lengths(document_kinds),
        field_labels=_by_phrase(trees, "field_labels"),
        state_languages=_by_phrase(trees, "state_languages"),
        language_names=_by_phrase(trees, "language_names"),
        body_words=frozenset(str(w) for w in _merged(trees, "body_words")),
        acronyms=frozenset(str(w) for w in _merged(trees, "acronyms")),
        office_words=frozenset(str(w) for w in _merged(trees, "office_words")),
        comrades=frozenset(str(w) for w in _merged(trees, "comrades")),
        history=PhraseSet(str(w) for w in _merged(trees, "history")),
        slogans=PhraseSet(str(w) for w in _merged(trees, "slogans")),
        towns=frozenset(" ".join(words_of(str(w))) for w in _merged(trees, "towns")),
    )


@cache
def load_vocabulary(*own: Path) -> Vocabulary:
    """Return the built-in vocabulary, with the words of the user's own files.

    Args:
        own: YAML files with any of the keys of the built-in files.

    Raises:
        InvalidError: A file is not valid YAML, or has an unknown key or a value of the wrong form;
            the error's report has every finding.
        StorageError: A file cannot be read.
    """
    home = files(__name__)
    trees: list[dict[str, Any]] = [{"months": MONTHS}, body_vocabulary()]
    trees += [
        _plain(read_yaml(home.joinpath(name).read_text("utf-8"), name))
        for name in ("letters.yaml", "markings.yaml", "agents.yaml", "official_documents.yaml")
    ]
    for path in own:
        try:
            text = read_text(path)
        except OSError as error:
            raise unreadable(path, error) from error
        except UnicodeDecodeError as error:
            raise InvalidError(
                _("{path}, byte {start}: not UTF-8", path=path, start=error.start),
                _("Save the file as UTF-8."),
            ) from error
        trees.append(_own(text, path, trees))
    return _build(trees)
