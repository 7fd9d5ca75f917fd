"""Write the facts that forms state in a short document as lines, for comparison."""

from __future__ import annotations

import re
from collections.abc import Iterable

from archive_pkg.drafting.language import text_conventions
from archive_pkg.drafting.lines import split_lines
from archive_pkg.drafting.official_documents.facts import DocumentForms
from archive_pkg.drafting.official_documents.head import HeadForms
from archive_pkg.drafting.official_documents.reader import read_forms
from archive_pkg.drafting.statements.notes import find_brackets
from archive_pkg.drafting.vocabulary import load_vocabulary

WORDS = load_vocabulary()
BODY = "The orchard was visited in the morning. The pears are ripe."


def written(text: str) -> str:
    """Return a text with prose for "~", and a word of 60 letters for "{60}"."""
    return re.sub(r"\{(\d+)\}", lambda match: "x" * int(match[1]), text.replace("~", BODY))


def cases(table: str) -> list[tuple[str, str]]:
    """Return the documents of a table, each with its expected facts."""
    rows = [each.strip("\n").partition("\n=\n") for each in table.split("-----\n")]
    return [(written(text), right) for text, _, right in rows]


def shown(text: str, forms: DocumentForms) -> list[str]:
    """Return a line for each fact: value, confidence, rule, rank, kind, details and quoted words.

    The quoted words are left out if they are the value. "*" means complete lines. "at 60" gives the
    offset if the words are also earlier in the text. The last line has the kinds of all lines, and
    "|" where the body begins.
    """
    lines = split_lines(text)
    starts, ends = {line.start for line in lines}, {line.end for line in lines}
    found = []
    for fact in forms.facts:
        words = text[fact.start : fact.end]
        complete = fact.start in starts and fact.end in ends
        quote = "" if words == fact.value else " *" if complete else f" “{words}”"
        if text.find(words) < fact.start:
            quote += f" at {fact.start}"
        more = "".join(f" {key}={value}" for key, value in fact.details)
        kind = f" {fact.kind}" if fact.kind else ""
        rule = f"{fact.sure}, {fact.rule} {fact.rank}"
        found.append(f"{fact.field} = {fact.value}, {rule}{kind}{more}{quote}")
    kinds = [forms.taken.get(number, "-") for number in range(len(lines))]
    kinds.insert(forms.body, "|")
    return [*found, *(f"document at {at}" for at in forms.documents), " ".join(kinds)]


def joined(found: Iterable[str]) -> str:
    """Return lines as text, with "{60}" for a word of 60 letters."""
    return re.sub("x{20,}", lambda match: f"{{{len(match[0])}}}", "\n".join(found))


def of_document(text: str) -> str:
    """Return what all readers of forms find in a text."""
    forms = read_forms(text, split_lines(text), WORDS, text_conventions(text, WORDS))
    return joined(shown(text, forms))


def of_head(text: str) -> str:
    """Return what the reader of heads finds in a text, before the best facts are chosen."""
    lines, forms = split_lines(text), DocumentForms()
    brackets = {bracket.start: bracket for bracket in find_brackets(text, 500)[0]}
    head = HeadForms(text, lines, brackets, WORDS, text_conventions(text, WORDS), forms)
    head.read()
    left: Iterable[str] = [
        *(f"letterhead {name} {text[start:end] != name}" for start, end, name in head.heads),
        *(f"town {name} at {start}, line {line}" for start, name, line in head.towns),
        *(f"arrival {words} at {at}" for words, at in head.arrivals),
        *(["strong"] if head.strong else []),
    ]
    return joined([*left, *shown(text, forms)])
