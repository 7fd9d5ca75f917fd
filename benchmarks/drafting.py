"""How well and how fast records are drafted.

`benchmarks/drafting.py CORPUS.jsonl > PRED.jsonl` writes predictions for labelled letters to
standard output and a table to standard error. Without arguments it measures speed on letters that
it makes itself, against a bare pass of regular expressions over the same text.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive_pkg.drafting.draft import draft_text
from archive_pkg.drafting.statements import Confidence
from archive_pkg.drafting.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.drafting.statements import Statement

ONE = ("classification", "date", "place", "salutation", "summary")
MANY = {
    "sender": "sender",
    "recipient": "recipient",
    "signatory": "signatory",
    "enclosure": "enclosures",
}
ORDER = (Confidence.CERTAIN, Confidence.PROBABLE, Confidence.GUESS)


def prediction(key: str, statements: Sequence[Statement]) -> dict[str, Any]:
    """A row in the scorer's form; a field with several statements is as sure as the least sure."""
    row: dict[str, Any] = {"id": key, "confidence": {}}
    for name in ONE:
        one = next((s for s in statements if s.field == name and s.kind != "none"), None)
        row[name] = one.value if one else None
        if one:
            row["confidence"][name] = str(one.confidence)
    for name, column in MANY.items():
        several = [s for s in statements if s.field == name]
        row[column] = [s.value for s in several]
        if several:
            row["confidence"][column] = str(max((s.confidence for s in several), key=ORDER.index))
    notes = [s for s in statements if s.field == "note"]
    row["notes"] = [
        {"text": s.value, "start": s.quote.start, "end": s.quote.end} for s in notes if s.quote
    ]
    if notes:
        row["confidence"]["notes"] = str(max((s.confidence for s in notes), key=ORDER.index))
    return row


def predict(corpus: Path) -> None:
    """Write a prediction for each labelled letter, and how long that took."""
    vocabulary = load_vocabulary()
    rows = [json.loads(line) for line in corpus.read_text("utf-8").splitlines()]
    levels: Counter[tuple[str, str]] = Counter()
    started = time.process_time()
    for row in rows:
        statements = draft_text(row["text"], vocabulary).statements
        predicted = prediction(row["id"], statements)
        levels.update(predicted["confidence"].items())
        print(json.dumps(predicted, ensure_ascii=False))
    spent = time.process_time() - started
    print(f"{len(rows)} letters, {len(rows) / spent:.0f} a second and core", file=sys.stderr)
    print(f"{'field':16}" + "".join(f"{level:>10}" for level in ORDER), file=sys.stderr)
    for name in sorted({name for name, _ in levels}):
        counts = "".join(f"{levels[name, str(level)]:10}" for level in ORDER)
        print(f"{name:16}{counts}", file=sys.stderr)


def letters(count: int) -> list[str]:
    """Letters of the usual shape and of different lengths."""
    sentence = "We have received your letter of 3 May [sic] and shall reply to it in due course. "
    return [
        f"Confidential\n\nLondon, {1 + n % 28} March 19{20 + n % 60}.\n\nDear Mr. Miller:\n\n"
        + "\n\n".join(sentence * (1 + n % 7) for _ in range(1 + n % 9))
        + "\n\nSincerely yours,\n\nJohn Q. Writer\n\n[Enclosure]\n\nA list."
        for n in range(count)
    ]


def race() -> None:
    """Draft and a bare pass of regular expressions over the same letters: the ratio."""
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
    print(f"drafting: {len(texts) / spent:.0f} letters a second and core")
    print(f"drafting: {spent / bare:.1f} times a bare pass of five regular expressions")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        predict(Path(sys.argv[1]))
    else:
        race()
