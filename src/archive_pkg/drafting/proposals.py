"""Add statements to a draft that another program or a person proposes, such as a language model.

A proposal quotes the text. It is refused if the text does not have the quote at its place, or if
its value is not valid. An accepted proposal becomes a guess. Except in lists of participants and
mentions, it fills only a field that the draft leaves open.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, ValidationError

from archive_pkg.dates.edtf_string import Edtf
from archive_pkg.drafting.statements.base import GUESS, DraftQuote, Statement
from archive_pkg.errors import InvalidError
from archive_pkg.faults import Fault
from archive_pkg.messages import _
from archive_pkg.parsing import read_json
from archive_pkg.records.base import Model
from archive_pkg.records.explaining import explain, explain_entry
from archive_pkg.records.models.fields import Text
from archive_pkg.reports import Code, Location, Report, Severity
from archive_pkg.storage import read_regular, unreadable

if TYPE_CHECKING:
    from archive_pkg.drafting.draft import Draft
    from archive_pkg.paths import StrPath
    from archive_pkg.reports import Finding

NOT_PROPOSALS = Code(
    "draft-proposals-wrong", Severity.ERROR, "The file is not a file of proposals."
)
REFUSED = Code(
    "draft-proposal-refused",
    Severity.ERROR,
    "A proposal does not quote the text, or it is not valid. It was not added to the record.",
)
NOT_NEEDED = Code(
    "draft-proposal-not-needed",
    Severity.ADVICE,
    "The draft already has a value for the field of a proposal, and keeps it.",
)

# The fields of a draft, by the fields of a record.
_FIELDS = {
    "date": "date", "place": "place", "sender": "sender", "recipients": "recipient",
    "signatories": "signatory", "classification": "classification", "salutation": "salutation",
    "closing": "closing", "number": "number", "participants": "participant",
    "mentioned_agents": "mentioned", "mentioned_places": "mentioned-place",
}  # fmt: skip
# Fields to which a proposal can add a value although they have one.
_ADDED_TO = ("participants", "mentioned_agents", "mentioned_places")


class ProposedQuote(Model):
    """The words that support a proposal.

    Attributes:
        exact: The words.
        start: Their offset in the text, in Unicode characters. If it is None, the text must have
            the words exactly once.
    """

    exact: Text
    start: int | None = Field(default=None, ge=0)


class Proposal(Model):
    """A proposed statement.

    Attributes:
        field: The field of the record.
        value: Its value; for a date, in EDTF.
        quote: The words that support it.
        file: The name or path of the letter's file; None if the proposal is for any file.
        kind: Whether the value names a person or an organization.
        role: The office of the person.
        note: A remark for the reviewer.
    """

    field: Literal[
        "date", "place", "sender", "recipients", "signatories", "classification", "salutation",
        "closing", "number", "participants", "mentioned_agents", "mentioned_places",
    ]  # fmt: skip
    value: Text
    quote: ProposedQuote
    file: Text | None = None
    kind: Literal["person", "organization"] | None = None
    role: Text | None = None
    note: Text | None = None


class Proposer(Model):
    """The author of the proposals.

    Attributes:
        name: The name.
        kind: What the author is; "software" for a program.
        version: The version of a program.
    """

    name: Text
    kind: Literal["person", "organization", "software"]
    version: Text | None = None


class _File(Model):
    agent: Proposer
    statements: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Proposals:
    """The proposals of a file.

    Attributes:
        path: The path of the file.
        agent: The author of the proposals.
        statements: The valid proposals, by their index in the file.
        report: The findings about proposals that are not valid.
        used: The indices of the proposals that were for one of the drafted texts.
    """

    path: str
    agent: Proposer
    statements: dict[int, Proposal]
    report: Report
    used: set[int]

    def unused(self) -> list[Finding]:
        """Return a finding for each valid proposal that was for none of the drafted texts."""
        return [
            self._refused(number, f"“{one.file}” is not among the drafted files")
            for number, one in self.statements.items()
            if number not in self.used
        ]

    def _refused(self, number: int, message: str, hint: str = "") -> Finding:
        return REFUSED.at(Location(self.path, field=f"statements.{number}"), message, hint)

    def add_to(self, draft: Draft) -> tuple[Draft, list[Finding]]:
        """Return the draft with the proposals for it, and findings about proposals left out."""
        name = Path(draft.source.path).name
        findings: list[Finding] = []
        for number, one in self.statements.items():
            if one.file not in (None, name, draft.source.path):
                continue
            quote = _found(draft.text, one.quote)
            if quote is None:
                self.used.add(number)
                hint = _("Correct the words or their offset, which counts Unicode characters.")
                findings.append(self._refused(number, _missing(one.quote), hint))
                continue
            if draft.span and not draft.span[0] <= quote.start < draft.span[1]:
                continue
            self.used.add(number)
            stated = [s for s in draft.of(_FIELDS[one.field]) if "question" not in s.more]
            values = [s.value for s in stated]
            if one.value in values or (stated and one.field not in _ADDED_TO):
                if one.value not in values:
                    message = _(
                        "{field}: “{value}” is proposed; the draft has “{values}”",
                        field=one.field,
                        value=one.value,
                        values=values[0],
                    )
                    place = Location(self.path, field=f"statements.{number}")
                    findings.append(NOT_NEEDED.at(place, message, ""))
                continue
            draft = self._with(draft, one, quote)
        return draft, findings

    def _with(self, draft: Draft, one: Proposal, quote: DraftQuote) -> Draft:
        """Return the draft with a proposal, which replaces a question about the same field."""
        field, agent = _FIELDS[one.field], self.agent
        details = {
            "proposed-by": agent.name, "proposer-kind": agent.kind, "version": agent.version,
            "role": one.role, "remark": one.note,
        }  # fmt: skip
        more = tuple((key, value) for key, value in details.items() if value)
        kind = one.kind or ""
        made = Statement(field, one.value, GUESS, "proposed", quote, kind, more)
        kept = [s for s in draft.statements if s.field != field or "question" not in s.more]
        return replace(draft, statements=(*kept, made))


def _found(text: str, quote: ProposedQuote) -> DraftQuote | None:
    """Return the quote with its offsets; None if the text does not have it there."""
    start = quote.start
    if start is None:
        start = text.find(quote.exact) if text.count(quote.exact) == 1 else -1
    end = start + len(quote.exact)
    return DraftQuote(start, end, quote.exact) if text[max(start, 0) : end] == quote.exact else None


def _missing(quote: ProposedQuote) -> str:
    where = "exactly once" if quote.start is None else f"at {quote.start}"
    return f"the text does not have “{quote.exact}” {where}"


def read_proposals(path: StrPath) -> Proposals:
    """Read a file of proposals: JSON with `agent` and `statements`.

    Raises:
        InvalidError: The file does not have this form.
        StorageError: The file cannot be read.
    """
    name = str(path)
    try:
        data = read_json(read_regular(Path(path)))
        file = _File.model_validate(data)
        if file.agent.kind == "software" and not file.agent.version:
            raise ValueError(_("the program that proposes has no version; add version to agent"))
    except OSError as error:
        raise unreadable(path, error) from error
    except ValidationError as error:
        findings = explain(error.errors(include_url=False), _File, data, name)
        raise InvalidError(
            _("{name} is not a file of proposals", name=name), report=Report(findings)
        ) from error
    except ValueError as error:
        hint = _("See the page “Draft a record from a letter's text” for the form.")
        finding = NOT_PROPOSALS.at(Location(name), str(error), hint)
        raise InvalidError(
            _("{name} cannot be read", name=name), report=Report([finding])
        ) from error
    report = Report()
    proposals = Proposals(name, file.agent, {}, report, set())
    for number, raw in enumerate(file.statements):
        try:
            one = Proposal.model_validate(raw)
            if one.field == "date":
                Edtf(one.value)
        except ValidationError as error:
            entry = error.errors(include_url=False)[0]
            __, *why = explain_entry(entry, Proposal)
            report.add(proposals._refused(number, *why))
        except Fault as fault:
            report.add(proposals._refused(number, fault.message, fault.hint))
        else:
            proposals.statements[number] = one
    return proposals
