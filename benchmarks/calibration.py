"""Check the words certain and probable on editions that are left out.

`benchmarks/calibration.py CORPUS...` drafts labelled documents: files of JSON lines, or folders of
letters in TEI. A rule is a field, the name in the evidence, and the confidence that the program
gives. For each edition, the other editions decide how far each of its rules may be trusted, and the
table shows how often the statements of the edition that was left out are right.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lxml import etree

from archive_pkg.drafting.draft import draft_text
from archive_pkg.drafting.rule_levels import BARS, BY_FORM, ENOUGH, MEASURED, PROBABLE_MEASURED
from archive_pkg.drafting.statements.base import CERTAIN, GUESS, PROBABLE, Confidence
from archive_pkg.drafting.vocabulary import load_vocabulary
from archive_pkg.texts.tei import read_text
from drafting import CORRESPONDENTS, ORDER, SAID, family, keys, plain, value_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FIELDS = SAID | {"language": "language"}
TEI = "{http://www.tei-c.org/ns/1.0}"
# In letters, a value in these fields is wrong if the label is empty. The labels of other fields
# have gaps: a signature or an enclosure that the edition prints, but does not mark.
CLOSED = {"classification", "salutation", "notes"}
SYNONYMS = {
    "cable": "telegram", "decision": "resolution", "decree": "resolution", "protocol": "minutes",
    "statement": "speech",
}  # fmt: skip
NEAR = {
    "memorandum of conversation": {"memorandum", "note"}, "telegram": {"message"},
    "minutes": {"other"}, "resolution": {"other"}, "speech": {"other"}, "note": {"letter"},
}  # fmt: skip
PREFIX = re.compile(r"^(?:(?:no|nr|n|special|spec|issuing|cipher|telegram|cable|source) )+")
COMRADE = re.compile(r"^(?:comrade|cde|comr|com) ")
AFTER_SOURCE = re.compile(r"[.;,]?\s*\b(?:Obtained|Translated|Compiled|Published)\b.*", re.DOTALL)


class Case(NamedTuple):
    """A statement about a labelled document."""

    edition: str
    field: str
    rule: str
    given: Confidence
    right: bool

    @property
    def unit(self) -> tuple[str, str, Confidence]:
        """The rule that is trusted or not."""
        return self.field, self.rule, self.given


# Labelled documents


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the labelled documents of a file of JSON lines or a folder of TEI files."""
    if path.is_dir():
        yield from map(row_of_tei, sorted(path.glob("*.xml")))
    else:
        yield from map(json.loads, path.read_text("utf-8").splitlines())


def words(element: etree._Element) -> str:
    """Return the text of an element, on one line."""
    return " ".join("".join(map(str, element.itertext())).split())


def row_of_tei(path: Path) -> dict[str, Any]:
    """Return a letter in TEI as a row: its text, and the labels in its correspDesc."""
    root = etree.parse(path).getroot()
    text = read_text(root.find(f"{TEI}text")).text
    labels: dict[str, Any] = {}
    for action in root.iter(f"{TEI}correspAction"):
        sent = action.get("type") == "sent"
        names = [words(one) for one in action.iter(f"{TEI}persName")]
        labels["sender" if sent else "recipient"] = names
        if sent:
            days = [one.get("when") for one in action.iter(f"{TEI}date") if one.get("when")]
            towns = [words(one) for one in action.iter(f"{TEI}placeName")]
            labels |= {"date": days[0] if days else None, "place": towns[0] if towns else None}
    shown = {name: any(family(one) in plain(text) for one in labels[name]) for name in labels
             if name in CORRESPONDENTS}  # fmt: skip
    place = plain(labels.get("place") or "")
    shown |= {"place": bool(place) and place in plain(text), "date": bool(labels.get("date"))}
    labels["in_text"] = shown
    return {"id": path.stem, "source": path.parent.name, "text": text, "labels": labels}


def edition(row: dict[str, Any]) -> str:
    """Return the edition that a document is left out with."""
    if row["source"] == "coldwar":
        return f"Cold War, {row['kind']}"
    if row["source"] == "frus":
        return f"American papers, {row['volume'][4:8]}"
    return f"Letters, {row['source']}"


# Right or wrong


def key(field: str, value: Any) -> str:
    """Return the form in which values of official documents are compared."""
    if field == "kind":
        return SYNONYMS.get(plain(value), plain(value))
    if field == "source_line":
        return PREFIX.sub("", plain(AFTER_SOURCE.sub("", value)))
    if field in ("date", "event_date", "received"):
        return str(value).strip()
    if field == "number":
        return PREFIX.sub("", plain(value))
    if field == "participants":
        return family(value)
    return COMRADE.sub("", plain(value))


def listed(value: Any) -> list[Any]:
    """Return a label as a list."""
    return value if isinstance(value, list) else [value] if value else []


def is_right(row: dict[str, Any], field: str, value: Any) -> bool | None:
    """Return whether the label has a value; None if the labels cannot decide."""
    labels = row["labels"]
    if row["source"] != "coldwar":
        shown = labels["in_text"].get(field)
        if not shown:
            return False if shown is False and field in CLOSED and not labels.get(field) else None
        kind = labels.get(f"{field}_type")
        same = field in CORRESPONDENTS and plain(value) in map(plain, labels[field])
        return same or bool(keys(field, value, kind) & keys(field, labels[field], kind))
    if field == "kind":
        return key(field, value) in {row["kind"]} | NEAR.get(row["kind"], set())
    also = listed(labels["also"].get(field))
    if field == "notes":
        return bool(keys(field, value, None) & keys(field, labels[field], None))
    if field == "enclosures":
        return bool(labels[field])
    if field in CORRESPONDENTS:
        known = labels[field] + also + (labels["signatory"] if field == "sender" else [])
        whole = {key(field, one).removeprefix("the ") for one in known}
        return key(field, value).removeprefix("the ") in whole or family(value) in set(
            map(family, known)
        )
    right = {key(field, one) for one in listed(labels[field]) + also}
    if field == "classification":
        right |= {key(field, one) for one in (labels[field] or "").split(";")}
    if field == "summary":
        return any(one.startswith(key(field, value)[:60]) for one in right)
    return key(field, value) in right


def cases(paths: Iterable[Path], *, lower: bool) -> Iterator[Case]:
    """Yield the statements that the labels can decide on, with or without lowered levels."""
    vocabulary = load_vocabulary()
    for path in paths:
        for row in rows_of(path):
            for one in draft_text(row["text"], vocabulary, lower=lower).statements:
                value = value_of(one)
                field = FIELDS.get(one.field, "")
                if not field or not value or (field == "notes" and one.rule == "source-line"):
                    continue
                if one.field == "enclosure-mentioned" and row["source"] != "coldwar":
                    continue  # the labels of letters list only enclosures in the text
                if field == "language":
                    right = value == row["language"] if row.get("language") else None
                else:
                    right = is_right(row, field, [value] if field == "notes" else value)
                if right is not None:
                    yield Case(edition(row), field, one.rule, one.confidence, right)


# The levels of rules


def level(given: Confidence, right: int, said: int) -> Confidence:
    """Return how far a rule may be trusted, at most as far as the program does."""
    for one in ORDER[ORDER.index(given) : 2]:
        if said >= ENOUGH[one] and right >= BARS[one] * said:
            return one
    return GUESS


def left_out(found: list[Case]) -> list[tuple[Case, Confidence]]:
    """Return each statement with the confidence that the other editions give to its rule."""
    said, right = (
        Counter(one.unit for one in found),
        Counter(one.unit for one in found if one.right),
    )
    own = Counter((one.edition, one.unit) for one in found)
    own_right = Counter((one.edition, one.unit) for one in found if one.right)
    return [
        (one, level(one.given, right[one.unit] - own_right[one.edition, one.unit],
                    said[one.unit] - own[one.edition, one.unit]))
        for one in found
    ]  # fmt: skip


def share(right: int, said: int) -> str:
    """Return "97 of 98 (98.9 %)", or a dash if nothing was said."""
    if not said:
        return "–"
    rate = f" ({int(1000 * right / said) / 10:.1f} %)" if right < said and said >= 100 else ""
    return f"{right:,} of {said:,}{rate}"


def table(head: str, judged: list[tuple[Case, Confidence]], group: str) -> None:
    """Print right of said by group: as the program says, and as the other editions allow."""
    print(f"\n| {head} | certain | probable | certain, left out | probable, left out |")
    print("|---|---|---|---|---|")
    names = sorted({getattr(case, group) for case, _ in judged})
    for name in [*names, ""]:
        own = [(case, sure) for case, sure in judged if name in ("", getattr(case, group))]
        cells = [
            share(sum(right for right in some if right), len(some))
            for some in (
                [case.right for case, sure in own if (case.given, sure)[which] is degree]
                for which in (0, 1)
                for degree in (CERTAIN, PROBABLE)
            )
        ]
        print(f"| {name.replace('_', ' ') or '**all**'} | {' | '.join(cells)} |")


def rules(judged: list[tuple[Case, Confidence]]) -> None:
    """Print the rules below their bar in all editions, and those without enough cases."""
    said = Counter(case.unit for case, _ in judged)
    right = Counter(case.unit for case, _ in judged if case.right)
    print("\n| field | rule | confidence | right |\n|---|---|---|---|")
    few: Counter[Confidence] = Counter()
    for unit, count in sorted(said.items()):
        field, rule, given = unit
        if given is GUESS:
            continue
        if count < ENOUGH[given]:
            few[given] += 1
        if right[unit] < BARS[given] * count:
            print(f"| {field} | {rule} | {given} | {share(right[unit], count)} |")
    for given in BARS:
        total = sum(1 for unit in said if unit[2] is given)
        print(f"{given}: {few[given]} of {total} rules have fewer than {ENOUGH[given]} cases")


def counts(found: list[Case]) -> None:
    """Print what rule_levels.py has to say of the rules, where it says otherwise."""
    names = {column: name for name, column in FIELDS.items() if name != "enclosure-mentioned"}
    groups: dict[tuple[str, str, Confidence], list[Case]] = {}
    for one in found:
        groups.setdefault((names[one.field], *one.unit[1:]), []).append(one)
    for (name, rule, given), cases in sorted(groups.items()):
        right, editions = sum(one.right for one in cases), len({one.edition for one in cases})
        count = right, len(cases), editions
        below = len(cases) >= ENOUGH[PROBABLE] and right < BARS[PROBABLE] * len(cases)
        known = MEASURED.get((name, rule)), PROBABLE_MEASURED.get((name, rule))
        if given is CERTAIN and (name, rule) not in BY_FORM and known[0] != count:
            if known[0] or len(cases) >= ENOUGH[PROBABLE]:
                print(f'MEASURED: ("{name}", "{rule}"): {count},')
        elif given is PROBABLE and (below or known[1]) and known[1] != count[:2]:
            print(f'PROBABLE_MEASURED: ("{name}", "{rule}"): {count[:2]},')


def main(paths: list[Path]) -> None:
    """Print the tables."""
    counts(list(cases(paths, lower=False)))
    judged = left_out(list(cases(paths, lower=True)))
    table("edition", judged, "edition")
    table("field", judged, "field")
    rules(judged)


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
