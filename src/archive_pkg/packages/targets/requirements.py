"""Find the values that a target asks for in a record, and report why it would not accept one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archive_pkg.interchange import derived_facts
from archive_pkg.interchange.exporting import invenio
from archive_pkg.packages.access.redaction import is_redacted
from archive_pkg.packages.access.visibility import withheld
from archive_pkg.packages.targets.target import READERS, Target
from archive_pkg.reports import Code, Finding, Location, Report, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archive_pkg.packages.access.visibility import Audience
    from archive_pkg.packages.targets.target import Ask
    from archive_pkg.records import Record

TARGET_VALUE_MISSING = Code(
    "target-value-missing",
    Severity.ERROR,
    "The target requires something that neither the record nor an option gives.",
)
TARGET_VALUE = Code("target-value", Severity.ERROR, "The target does not allow this value.")
TARGET_TOO_LARGE = Code(
    "target-too-large", Severity.ERROR, "The letter's files are larger than the target accepts."
)
TARGET_IS_OPEN = Code(
    "target-is-open",
    Severity.ERROR,
    "The target is open to everyone, but a part of the document is restricted.",
)
TARGET_NAME = Code(
    "target-name",
    Severity.ERROR,
    "The target's version of BagIt, or the program with which it reads bags, does not support a "
    "file's name: see `name-misread`.",
)


@dataclass(frozen=True, slots=True)
class Answers:
    """The values that a target asks for.

    Attributes:
        tags: The labels and values for each tag file, in order.
        report: The values that are missing or not allowed.
    """

    tags: dict[str, list[tuple[str, str]]]
    report: Report


def answer(target: Target, record: Record, given: Mapping[str, str], size: int) -> Answers:
    """Return the values that a target asks for, from the user or else from the record.

    Args:
        target: The target.
        record: The record.
        given: The user's values, by label.
        size: The size of the letter's files in bytes.
    """
    report = Report()
    tags: dict[str, list[tuple[str, str]]] = {}
    for path, asks in target.asks.items():
        for ask in asks:
            value = given.get(ask.tag or ask.label) or _value(ask, record, size)
            if ask.required and not value:
                report.add(_missing_value(target, path, ask))
            elif value and ask.values and value not in ask.values:
                place = Location(path, field=ask.label)
                message = f"{value!r} is not a value of {ask.label} for {target.title}"
                report.add(TARGET_VALUE.at(place, message, f"Use one of {', '.join(ask.values)}."))
            elif value and path:
                tags.setdefault(path, []).append((ask.label, " ".join(value.split())))
    return Answers(tags, report)


def _value(ask: Ask, record: Record, size: int) -> str:
    match ask.source:
        case "title":
            said = record.title
        case "summary":
            said = record.summary.text if record.summary else ""
        case "id":
            said = record.id
        case "size":
            said = _human(size)
        case "doi":
            identifier = derived_facts.doi(record)
            said = identifier.value if identifier else ""
        case "creators":
            said = "; ".join(agent.name for agent in derived_facts.creators(record))
        case _:
            said = ""
    return said or ask.default


def _human(size: int) -> str:
    """Return a size in words, as in Bag-Size (RFC 8493, 2.2.2)."""
    number, unit = float(size), "B"
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if number < 1000 or unit == "TB":
            break
        number /= 1000
    return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"


def _missing_value(target: Target, path: str, ask: Ask) -> Finding:
    option = f"--tag '{ask.tag or ask.label}=…'"
    field = _FIELDS.get(ask.source)
    given = f"Add the {field} to the record, or use {option}." if field else f"Use {option}."
    hint = ask.hint or given
    if ask.values:
        hint += f" The value is one of {', '.join(ask.values)}."
    return TARGET_VALUE_MISSING.at(
        Location(path, field=ask.label),
        f"{ask.label} is missing; it is required by {target.title}",
        hint,
    )


_FIELDS = {"title": "title", "summary": "summary", "creators": "sender or signatories"}


def blockers(
    target: Target,
    record: Record,
    given: Mapping[str, str],
    sizes: Mapping[str, int],
    audience: Audience = "internal",
) -> Report:
    """Report why a target would not accept a valid record's package.

    Args:
        target: The target.
        record: The record.
        given: The user's values, by label.
        sizes: The size of each file in bytes.
        audience: "public" if the package leaves out restricted parts.
    """
    total = sum(sizes.values())
    report = answer(target, record, given, total).report
    if target.form == "invenio" and invenio.is_too_short(record.title):
        message = f"the title has fewer than {invenio.SHORTEST_TITLE} characters: “{record.title}”"
        report.add(TARGET_VALUE.at(Location(field="title"), message, "Write a longer title."))
    if target.largest is not None and total > target.largest:
        message = (
            f"the files have {_human(total)}, but {target.title} takes at most "
            f"{_human(target.largest)}"
        )
        report.add(TARGET_TOO_LARGE.at(Location(field="parts"), message, "Leave parts out."))
    withheld_parts = withheld(record, "public")
    if target.is_open and audience != "public" and not is_redacted(record, withheld_parts):
        for name, shut in withheld_parts.items():
            message = f"{name} is restricted, but this target is open to everyone: {shut.rule}"
            hint = "Build it with --audience public."
            report.add(TARGET_IS_OPEN.at(Location(field=f"parts.{name}"), message, hint))
    for part in record.parts:
        file = part.file or ""
        why = READERS[target.reader](file) if target.reader else ""
        if target.version != "1.0" and "%" in file:
            why = f"BagIt {target.version} does not support a % in names"
        if why:
            place = Location(field=f"parts.{part.id}.file")
            message = f"{target.title} cannot read {file!r}: {why}"
            report.add(TARGET_NAME.at(place, message, "Rename the file."))
    return report
