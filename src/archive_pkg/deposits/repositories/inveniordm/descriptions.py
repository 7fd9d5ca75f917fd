"""Records and drafts of an instance of InvenioRDM, and their descriptions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from archive_pkg.deposits.http.client import segments
from archive_pkg.deposits.merging_edits import Merged, keep_description, last_description, merged
from archive_pkg.deposits.zips import RestrictingRepository
from archive_pkg.interchange.exporting import invenio

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from archive_pkg.deposits.http.answers import Shape
    from archive_pkg.deposits.http.client import HttpClient
    from archive_pkg.deposits.journal import Journal
    from archive_pkg.deposits.repository_interface import Stored
    from archive_pkg.deposits.transfers import Transfer
    from archive_pkg.records import Record

Json = dict[str, Any]

ABSENT = {404, 410}
_UNANSWERED = {400, 401, 403, 405}
IDENTIFIERS = {"identifiers?": [{"identifier": str}]}
DESCRIBED = {"errors?": [dict]}
_RECORD = {
    "id": str,
    "links": dict,
    "metadata?": IDENTIFIERS,
    "pids?": {"doi?": {"identifier?": str}},
    "versions?": {"index?": int},
    "access?": {"record?": str, "files?": str, "embargo?": {"until?": str}},
}


class DescribingRecords(RestrictingRepository):
    """A repository that reads and writes the descriptions of InvenioRDM's records and drafts."""

    def __init__(self, web: HttpClient, options: Mapping[str, str]) -> None:
        """Use a connection to the instance, and the options of its address."""
        self._web = web
        self._options = options
        self._terms: dict[str, bool] = {}

    def _draft(self, name: str, absent: Collection[int] = frozenset(ABSENT)) -> Json | None:
        return self._get(f"records/{segments(name)}/draft", _RECORD, absent)

    def _record(self, name: str) -> Json | None:
        return self._get(f"records/{segments(name)}", _RECORD)

    def _get(
        self, path: str, shape: Shape, absent: Collection[int] = frozenset(ABSENT)
    ) -> Json | None:
        reply = self._web.ask("GET", path, expect={200, *absent})
        if reply.status != 200:
            return None
        found: Json = reply.json(shape)
        return found

    def _describe(
        self, draft: Json, transfer: Transfer, journal: Journal
    ) -> tuple[Json, tuple[str, ...], tuple[str, ...]]:
        """Write the record's metadata into a draft, unless the draft has this package's metadata.

        A person may have edited these since. The options of the address are set in any case. Return
        the new state of the draft, the edits that were kept, and the notes for the user.
        """
        there = draft["access"]
        access = self._access(transfer, there) if "access" in self._options else None
        said = draft.get("metadata", {})
        marks = [each["identifier"] for each in said.get("identifiers") or []]
        done = Merged({})
        sent: Json | None = None
        is_described = mark_of(transfer.record, transfer.fingerprint) in marks
        if not is_described or self._other_creators(draft, transfer):
            record, own = self._public_record(transfer), doi_of(draft)
            body = self._body(record, transfer.fingerprint, access or there, own=own)
            sent = body["metadata"]
            done = self._merged(sent, said, transfer, journal)
            body["metadata"] = done.fields
        elif self._differences(draft, transfer, access):
            body = {"access": access or there, "files": draft["files"]}
            body["metadata"] = said | self._asked()
        else:
            return draft, (), tuple((journal.outcome("describe") or {}).get("errors", ()))
        body["pids"] = draft.get("pids", {})
        reply = self._web.ask("PUT", f"records/{draft['id']}/draft", data=body).json(DESCRIBED)
        draft = self._draft(draft["id"]) or draft
        notes = done.replaced
        if sent is not None:
            notes += self._keep(sent, reply, draft, journal, done.edited)
        return draft, done.kept, notes

    def _merged(self, sent: Json, said: Json, transfer: Transfer, journal: Journal) -> Merged:
        """Return the description merged with that of the draft; see `merged`."""
        last = last_description(transfer, journal)
        asked = self._asked()
        # Identifiers that other people added stay.
        ours = [each["identifier"] for each in sent["identifiers"]]
        before = [
            each["identifier"] for each in (last or {}).get("sent", {}).get("identifiers", ())
        ]
        added = [
            each
            for each in said.get("identifiers") or []
            if each["identifier"] not in (*ours, *before)
            and not each["identifier"].startswith("archive-pkg:")
        ]
        # The server removes these two from a new version.
        absent = {"publication_date", "version"} - said.keys()
        not_merged = {"identifiers", *asked, *absent}
        there = {name: value for name, value in said.items() if name not in not_merged}
        new = {name: value for name, value in sent.items() if name not in not_merged}
        done = merged(new, there, last, quiet=("publication_date",))
        own = {name: sent[name] for name in absent if name in sent} | asked
        own["identifiers"] = [*sent["identifiers"], *added]
        return replace(done, fields=done.fields | own)

    def _keep(
        self,
        sent: Json,
        reply: Json,
        draft: Json | None,
        journal: Journal,
        edited: Mapping[str, Any] = MappingProxyType({}),
    ) -> tuple[str, ...]:
        """Record what was sent and what the server stored.

        Return a sentence for each rejected field, up to 20.
        """
        errors = tuple(
            f"{each.get('field')} was not accepted: "
            f"{'; '.join(map(str, each.get('messages') or ()))}"
            for each in (reply.get("errors") or [])[:20]
        )
        held = ((draft or {}).get("metadata") or {}) | dict(edited)
        keep_description(journal, sent, held, errors)
        return errors

    def _answer_with_description(
        self, stored: Stored, transfer: Transfer, journal: Journal
    ) -> Json:
        """Return the server's answer, with the last description, to recognize edits later."""
        return {**stored.answer, "described": last_description(transfer, journal)}

    def _access(self, transfer: Transfer, there: Json | None = None) -> Json:
        """Return who may see the record and the files, according to the address."""
        access: Json = {"record": "public", "files": self._options.get("access", "public")}
        if self._is_restricting and there:
            access["record"] = there["record"]  # a person may have restricted the record
        until = self._embargo(transfer)
        if until:
            access["embargo"] = {"active": True, "until": until, "reason": self._rules(transfer)}
        return access

    def _differences(self, there: Json, transfer: Transfer, asked: Json | None) -> tuple[str, ...]:
        """Return clauses on how a record or draft differs from the requested access and options."""
        found = []
        if asked:
            access = there.get("access", {})
            found += [
                f"access to the {what} is {access.get(what)}, not {asked[what]}"
                for what in ("files", "record")
                if access.get(what) not in (asked[what], asked["files"])
            ]
            embargo = access.get("embargo") or {}
            ends = str(embargo.get("until"))[:10] if embargo.get("active") else ""
            found += self._other_embargo(transfer, ends)
        metadata = there.get("metadata", {})
        for name, value in self._asked().items():
            held, wanted = (
                each.get("id") if isinstance(each, dict) else each
                for each in (metadata.get(name), value)
            )
            if held != wanted:
                found.append(f"{name} is {held}, not {wanted}")
        return (*found, *self._other_creators(there, transfer))

    def _other_creators(self, there: Json, transfer: Transfer) -> tuple[str, ...]:
        """Return a clause if the creators of a record or draft differ from the option."""
        if "creators" not in self._options:
            return ()
        described = invenio.describe(self._public_record(transfer), self._context())
        held, wanted = (
            "; ".join(_name_of(each["person_or_org"]) for each in one.get("creators") or ())
            for one in (there.get("metadata", {}), described)
        )
        return (f"the creators are {held}, not {wanted}",) if held != wanted else ()

    def _asked(self) -> Json:
        """Return the options of the address, as metadata."""
        asked: Json = {}
        if "publisher" in self._options:
            asked["publisher"] = self._options["publisher"]
        if "type" in self._options:
            asked["resource_type"] = {"id": self._options["type"]}
        return asked

    def _body(self, record: Record, fingerprint: str, access: Json, own: str = "") -> Json:
        """Return the body of a draft: the record as metadata, with this deposit's mark.

        A DOI of the record becomes an ordinary identifier, unless the draft reserved it.
        """
        today = datetime.now(UTC).date().isoformat()  # InvenioRDM requires a date of publication
        metadata = invenio.describe(record, self._context(made=today), own) | self._asked()
        for vocabulary, each in invenio.terms(metadata):
            each.pop("name" if self._knows(vocabulary, each["id"]) else "id")
        for each in list(metadata.get("rights", ())):
            if "id" in each and not self._knows("vocabularies/licenses", each["id"]):
                invenio.without_licence(metadata, each["id"])
        for each in list(metadata.get("languages", ())):
            if not self._knows("vocabularies/languages", each["id"]):
                invenio.without_language(metadata, each["id"])
        metadata["identifiers"] = [
            {"scheme": "other", "identifier": mark_of(record, fingerprint)},
            *metadata["identifiers"],
        ]
        return {
            "access": access,
            "files": {"enabled": True},
            "metadata": metadata,
        }

    def _knows(self, where: str, identifier: str) -> bool:
        """Return whether the instance has a term; it rejects descriptions with unknown terms.

        Args:
            where: The path of the terms, such as "vocabularies/licenses" or "funders".
            identifier: The term.
        """
        term = f"{where}/{segments(identifier)}"
        if term not in self._terms:
            status = self._web.ask("GET", term, expect={200, *ABSENT, *_UNANSWERED}).status
            self._terms[term] = status == 200
        return self._terms[term]


def mark_of(record: Record, fingerprint: str) -> str:
    """Return the identifier by which a deposit is found again: record id and fingerprint."""
    return f"archive-pkg:{record.id}:{fingerprint[:32] or 'reserved'}"


def _name_of(person: Json) -> str:
    """Return a name as InvenioRDM shows it; requests have only the parts of a name."""
    pieces = ", ".join(filter(None, (person.get("family_name"), person.get("given_name"))))
    return pieces or str(person.get("name"))


def doi_of(record: Json) -> str:
    """Return the DOI of a record or draft; empty if it has none."""
    doi = (record.get("pids") or {}).get("doi") or {}
    return str(doi.get("identifier") or "")
