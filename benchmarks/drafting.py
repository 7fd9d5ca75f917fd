"""Measure how well and how fast records are drafted.

`benchmarks/drafting.py CORPUS.jsonl > PRED.jsonl` writes predictions for labelled letters to
standard output, and a table of scores to standard error. Without arguments, it generates letters
and compares the speed of drafting with five regular expressions on the same text.
"""

from __future__ import annotations

import json
import re
import sys
import time
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive_pkg.drafting.draft import draft_text
from archive_pkg.drafting.statements.base import Confidence
from archive_pkg.drafting.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.drafting.draft import Draft
    from archive_pkg.drafting.statements.base import Statement

ONE = ("classification", "date", "place", "salutation", "summary")
MANY = {
    "sender": "sender",
    "recipient": "recipient",
    "signatory": "signatory",
    "enclosure": "enclosures",
}
CORRESPONDENTS = ("sender", "recipient")
COLUMNS = (
    *ONE[:1],
    "sender",
    "recipient",
    *ONE[1:4],
    "signatory",
    "notes",
    "enclosures",
    "summary",
)
TITLES = {"jr", "sr", "ii", "iii", "dr", "mr", "mrs", "general", "president", "secretary"}
ORDER = (Confidence.CERTAIN, Confidence.PROBABLE, Confidence.GUESS)


def family_first(one: Statement) -> str:
    """Return the value; a name whose family name comes first gets a comma after it."""
    family = one.more.get("family")
    return f"{family}, {one.value.removeprefix(family).strip()}" if family else one.value


# Fields of official documents: the name in drafts, and the name in the corpus.
SINGLE = {
    "type": "kind", "level": "level", "number": "number", "copy-number": "copy_number",
    "event-date": "event_date", "received": "received", "closing": "closing",
    "source-line": "source_line", "translator": "translator",
}  # fmt: skip
SEVERAL = {
    "caveat": "caveats", "copy-to": "copies_to", "participant": "participants",
    "enclosure-mentioned": "enclosures",
}  # fmt: skip
SAID = {name: name for name in ONE} | MANY | SINGLE | SEVERAL | {"note": "notes"}


def value_of(one: Statement) -> Any:
    """Return the value in the form that the scorer expects, or None if there is none."""
    if one.field == "note":
        return {"start": one.quote.start, "end": one.quote.end} if one.quote else None
    if one.kind == "none":
        return None
    return family_first(one) if one.field in ("sender", "recipient", "signatory") else one.value


def complete(row: dict[str, Any], draft: Draft) -> dict[str, Any]:
    """Add the fields of official documents and the confidence of each statement to a row."""
    for name, column in SINGLE.items():
        row[column] = next((value_of(one) for one in draft.of(name)), None)
    for name, column in SEVERAL.items():
        row[column] = [*row.get(column, []), *map(value_of, draft.of(name))]
    row["documents"] = [{"start": 0}, *({"start": cut} for cut in draft.cuts)]
    row["said"] = [
        {"field": SAID[one.field], "value": value_of(one), "confidence": str(one.confidence)}
        for one in draft.statements
        if one.field in SAID and value_of(one)
    ]
    return row


def prediction(key: str, statements: Sequence[Statement]) -> dict[str, Any]:
    """Return a row for the scorer. A field has the lowest confidence of its statements."""
    row: dict[str, Any] = {"id": key, "confidence": {}}
    for name in ONE:
        one = next((s for s in statements if s.field == name and s.kind != "none"), None)
        row[name] = one.value if one else None
        if one:
            row["confidence"][name] = str(one.confidence)
    for name, column in MANY.items():
        several = [s for s in statements if s.field == name]
        row[column] = [family_first(s) for s in several]
        if several:
            row["confidence"][column] = str(max((s.confidence for s in several), key=ORDER.index))
    notes = [s for s in statements if s.field == "note"]
    row["notes"] = [
        {"text": s.value, "start": s.quote.start, "end": s.quote.end} for s in notes if s.quote
    ]
    if notes:
        row["confidence"]["notes"] = str(max((s.confidence for s in notes), key=ORDER.index))
    return row


@dataclass
class Level:
    """How often statements of one confidence were right and wrong."""

    right: int = 0
    wrong: int = 0


@dataclass
class Tally:
    """The scores of a field over the letters whose text contains its value.

    Attributes:
        letters: The number of these letters.
        right: The number of predicted values that are in the label.
        wrong: The number of predicted values that are not in the label.
        missed: The number of values in the label that were not predicted.
        levels: Right and wrong values by confidence.
    """

    letters: int = 0
    right: int = 0
    wrong: int = 0
    missed: int = 0
    levels: dict[str, Level] = field(default_factory=lambda: {str(c): Level() for c in ORDER})

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)


def plain(text: str) -> str:
    """Return a value without case, diacritics and punctuation."""
    marks = unicodedata.normalize("NFKD", text or "")
    letters = "".join(c for c in marks if not unicodedata.combining(c)).casefold()
    return re.sub(r"[\W_]+", " ", letters.replace("ß", "ss")).strip()


def family(name: str) -> str:
    """Return a person's family name by the rule of the corpus's own scorer."""
    name = re.sub(r"\([^)]*\)", " ", name)
    if "," in name and not re.search(r",\s*(Jr|Sr|II|III)\b", name):
        name = name.split(",")[0]
    words = [word for word in plain(name).split() if word not in TITLES]
    return words[-1] if words else plain(name)


def keys(name: str, value: Any, kind: str | None) -> set[Any]:
    """Return the values of a field in the form in which they are compared."""
    several = value if isinstance(value, list) else [value] if value else []
    if name == "notes":
        return {(note["start"], note["end"]) for note in several}
    if name == "enclosures":
        return {"yes"} if several else set()
    if name in CORRESPONDENTS:
        whole = kind == "institution"
        made = {plain(v).removeprefix("the ") if whole else family(v) for v in several if v}
    elif name == "date":
        made = {str(v).strip() for v in several}
    else:
        made = {plain(v) for v in several if v}
    return made - {""}


def tallies(rows: list[dict[str, Any]], predicted: list[dict[str, Any]]) -> dict[str, Tally]:
    """Return the scores of each field over the rows whose text contains its value."""
    found = {name: Tally() for name in COLUMNS}
    for row, guess in zip(rows, predicted, strict=True):
        labels = row["labels"]
        for name, tally in found.items():
            if not labels["in_text"].get(name):
                continue
            kind, label = labels.get(f"{name}_type"), labels[name]
            if name == "enclosures":
                label = [item for item in label if item.get("in_text")]
            right, said = keys(name, label, kind), keys(name, guess[name], kind)
            tally.letters += 1
            tally.right += len(right & said)
            tally.wrong += len(said - right)
            tally.missed += len(right - said)
            if said and name in guess["confidence"]:
                level = tally.levels[guess["confidence"][name]]
                level.right += len(right & said)
                level.wrong += len(said - right)
    return found


def predict(corpus: Path) -> None:
    """Print a prediction for each letter, and the scores and speed on standard error."""
    vocabulary = load_vocabulary()
    rows = [json.loads(line) for line in corpus.read_text("utf-8").splitlines()]
    started = time.process_time()
    drafts = [draft_text(row["text"], vocabulary) for row in rows]
    spent = time.process_time() - started
    predicted = [
        complete(prediction(row["id"], draft.statements), draft)
        for row, draft in zip(rows, drafts, strict=True)
    ]
    for guess in predicted:
        print(json.dumps(guess, ensure_ascii=False))
    print(f"{len(rows)} letters, {len(rows) / spent:.0f} per second and core", file=sys.stderr)
    if not all("labels" in row for row in rows):
        return
    head = f"{'field':15}{'letters':>8}{'P':>7}{'R':>7}{'F1':>7}"
    print(head + "".join(f"{f'right/{c}':>18}" for c in ORDER), file=sys.stderr)
    for name, tally in tallies(rows, predicted).items():
        if not tally.letters:
            continue
        precision = tally.right / max(1, tally.right + tally.wrong)
        recall = tally.right / max(1, tally.right + tally.missed)
        line = f"{name:15}{tally.letters:8}{precision:7.3f}{recall:7.3f}{tally.f1:7.3f}"
        for level in tally.levels.values():
            line += f"{f'{level.right}/{level.right + level.wrong}':>18}"
        print(line, file=sys.stderr)


def letters(count: int) -> list[str]:
    """Return letters of the usual form and of different lengths."""
    sentence = "We have received your letter of 3 May [sic] and shall reply to it in due course. "
    return [
        f"Confidential\n\nLondon, {1 + n % 28} March 19{20 + n % 60}.\n\nDear Mr. Miller:\n\n"
        + "\n\n".join(sentence * (1 + n % 7) for _ in range(1 + n % 9))
        + "\n\nSincerely yours,\n\nJohn Q. Writer\n\n[Enclosure]\n\nA list."
        for n in range(count)
    ]


def race() -> None:
    """Compare drafting with bare regular expressions on the same letters."""
    vocabulary = load_vocabulary()
    texts = letters(2000)
    peer = [
        re.compile(r"^(?:Top )?Secret|^Confidential", re.MULTILINE),
        re.compile(r"[A-Z]\w+, (\d{1,2} \w+|\w+ \d{1,2},) \d{4}"),
        re.compile(r"^(?:My )?Dear [^\n]{1,60}[:,]$", re.MULTILINE),
        re.compile(r"\[[^\]]{1,200}\]"),
        re.compile(r"(?:Sincerely|Respectfully)[^\n]*\n+([^\n]+)"),
    ]
    started = time.process_time()
    for text in texts:
        for pattern in peer:
            pattern.findall(text)
    bare = time.process_time() - started
    started = time.process_time()
    for text in texts:
        draft_text(text, vocabulary)
    spent = time.process_time() - started
    print(f"drafting: {len(texts) / spent:.0f} letters per second and core")
    print(f"drafting: {spent / bare:.1f} × the time of five regular expressions")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        predict(Path(sys.argv[1]))
    else:
        race()
