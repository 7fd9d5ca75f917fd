"""`inveniordm+https://HOST`, `zenodo:`, `zenodo-sandbox:`: InvenioRDM, the engine of Zenodo.

A package becomes a draft with one zip, and a page for people if there is one. The draft is
published only with `--publish`, which cannot be undone. If an earlier version of the package is
published according to a receipt, a changed package becomes a new version of that record.
The address takes the options `?publisher=NAME`, `?type=ID` (one of the instance's resource types),
`?creators=editors` (of the project, instead of the senders), `?community=NAME` (which is asked to
review the draft instead of publishing it) and `?access=restricted`, which restricts the files until
the day on which all parts are open.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from archive_pkg.deposits import credentials
from archive_pkg.deposits.http.client import HttpClient, segments
from archive_pkg.deposits.receipts import Arrival
from archive_pkg.deposits.repositories.inveniordm.descriptions import (
    ABSENT,
    DESCRIBED,
    IDENTIFIERS,
    DescribingRecords,
    Json,
    doi_of,
    mark_of,
)
from archive_pkg.deposits.repositories.inveniordm.files import FILES, bring, md5_of
from archive_pkg.deposits.repository_interface import (
    TARGET_NEEDS_METADATA,
    Capabilities,
    DepositPlan,
    LostError,
    PlannedFile,
    Status,
    Stored,
    begun_again,
    earlier_deposits,
    login_lacking,
    options_of,
    refuse_withdrawn,
    state_differences,
)
from archive_pkg.deposits.transfers import limited, sha256_of
from archive_pkg.deposits.zips import (
    Upload,
    page_name,
    paged,
    zip_name,
    zipped,
)
from archive_pkg.errors import DepositError, UsageError
from archive_pkg.interchange.exporting import invenio
from archive_pkg.messages import _
from archive_pkg.reports import Location

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archive_pkg.deposits.journal import Journal
    from archive_pkg.deposits.transfers import Transfer
    from archive_pkg.records import Record

LOOKS = (2.0, 4.0)
"""Seconds to wait before further searches for a draft: new drafts appear there with a delay."""
_LARGEST = 50 * 10**9
_OPTIONS = {
    "publisher": (),
    "type": (),
    "access": ("public", "restricted"),
    "creators": ("senders", "editors"),
    "community": (),
}
_REVIEWS: dict[str, Literal["pending", "rejected"]] = {
    "submitted": "pending",
    "declined": "rejected",
    "expired": "rejected",
}
"""The state of a deposit, by the status of a review that is not accepted."""
_MADE = DESCRIBED | {"id": str}
_HITS = {"hits": {"hits": [{"id": str, "metadata": IDENTIFIERS}]}}


class InvenioRdm(DescribingRecords):
    """The repository behind `inveniordm+https://`, `zenodo:` and `zenodo-sandbox:`."""

    kind = "inveniordm"

    def __init__(self, address: str) -> None:
        """Read the address."""
        scheme, __, rest = address.partition(":")
        shown = credentials.without_secret(address)
        if scheme in credentials.WELL_KNOWN:
            path, __, query = rest.partition("?")
            if path.strip("/"):
                raise UsageError(
                    _("{shown} has more than a name", shown=shown),
                    _("Write {scheme}: without a path.", scheme=scheme),
                )
            self._name, self.target = scheme, f"{scheme}:"
            self._site = f"https://{credentials.WELL_KNOWN[scheme]}"
        else:
            parts = credentials.split_address(address)
            if parts.username or parts.fragment:
                raise UsageError(
                    _("{shown} has more than a host and a path", shown=shown), _("Leave that out.")
                )
            query, self._name = parts.query, credentials.server_name(parts)
            self._site = f"https://{parts.netloc}{parts.path.rstrip('/')}"
            self.target = f"inveniordm+{self._site}"
        # Options after the ? do not change the target.
        options = options_of(address, query, _OPTIONS)
        self._login = credentials.bearer(self._name)
        web = HttpClient(f"{self._site}/api", self.target, self._name, self._login)
        super().__init__(web, options)

    def capabilities(self) -> Capabilities:
        """See `Repository`: one zip and its page; the server states MD5s and has drafts."""
        return Capabilities(
            packaging="zip",
            digest="md5",
            write_once=True,
            resumes=True,
            publishes=True,
            open_to_all=not self._is_restricting,
            restricting="access=restricted",
            needs_record=True,
            most_files=100,
            most_bytes=_LARGEST,
        )

    def plan(self, transfer: Transfer, *, publish: bool) -> DepositPlan:
        """Plan the deposit, and report what prevents it; see `Repository`."""
        step, draft = self._first_step(transfer)
        files = {zip_name(transfer.identifier): transfer.size}
        if transfer.page is not None:
            files[page_name(transfer.identifier)] = len(transfer.page())
        page = " and its page next to it" if transfer.page is not None else ""
        plan = DepositPlan(
            tuple(PlannedFile(name, size, f"the files of {draft}") for name, size in files.items()),
            steps=(
                step,
                *self._restriction(transfer),
                f"send the package as one zip{page}, and compare the server's MD5 with ours",
                self._last_step(publish=publish),
            ),
        )
        if not self._login:
            plan.report.add(login_lacking(self.target, self._name))
        self._report_traces(transfer, plan.report)
        self._report_no_sender(transfer, plan.report, "the repository requires a creator")
        title = self._public_record(transfer).title
        if invenio.is_too_short(title):
            message = _(
                "the title has fewer than {shortest_title} characters: “{title}”",
                shortest_title=invenio.SHORTEST_TITLE,
                title=title,
            )
            at = Location(self.target, field="title")
            plan.report.add(TARGET_NEEDS_METADATA.at(at, message, _("Write a longer title.")))
        if publish and not transfer.earlier and "publisher" not in self._options:
            message = _("no publisher is named, but a DOI requires one")
            hint = _(
                "Add ?publisher=NAME to the address. Or deposit a draft, complete it "
                "on the site, then run the command with --publish."
            )
            plan.report.add(TARGET_NEEDS_METADATA.at(Location(self.target), message, hint))
        self._check_options(plan)
        return plan

    def _last_step(self, *, publish: bool) -> str:
        """Return the last step of a deposit."""
        community = self._options.get("community")
        if community and publish:
            return f"ask the community {community} to review it; when it accepts, it is PUBLISHED"
        if publish:
            return "PUBLISH it, which cannot be undone"
        return "leave it as a draft" + (f" for the community {community}" if community else "")

    def _check_options(self, plan: DepositPlan) -> None:
        """Report options of the address that the instance does not know, before anything is sent.

        If the instance cannot be asked, the plan says so.
        """
        asked = {"type": "vocabularies/resourcetypes", "community": "communities"}
        for name, where in asked.items():
            value = self._options.get(name)
            if value is None:
                continue
            try:
                known = self._knows(where, value)
            except DepositError as error:
                plan.notes += (f"{name}={value} could not be checked: {error.message}",)
                continue
            if not known:
                message = _(
                    "{target} does not know {name}={value}",
                    target=self.target,
                    name=name,
                    value=value,
                )
                hint = _("See {site}/api/{where} for what it knows.", site=self._site, where=where)
                place = Location(self.target, field=name)
                plan.report.add(TARGET_NEEDS_METADATA.at(place, message, hint))

    def _first_step(self, transfer: Transfer) -> tuple[str, str]:
        """Return the first step of a deposit according to the receipts, and where the files go."""
        same, other = earlier_deposits(transfer)
        if same:
            return (
                f"compare with {same}, which a receipt names; make it again only if it was a draft "
                "and someone discarded it",
                "a draft",
            )
        if self._published(transfer):
            draft = "a new version of the record"
            return f"make {draft}; keep the fields that were edited there", draft
        if other:
            return f"update the draft {other}; keep the fields that were edited there", "a draft"
        return "make a draft with the record's metadata", "a draft"

    def reserve(self, record: Record, journal: Journal) -> str:
        """Reserve a DOI in a draft; see `Reserving`."""
        if not self._login:
            finding = login_lacking(self.target, self._name)
            raise UsageError(finding.message, finding.hint)
        known = journal.outcome("reserve")
        if known:
            return str(known["doi"])
        access = {"record": "public", "files": self._options.get("access", "public")}
        name = self._new_draft(record, "", access, journal)
        journal.begin("reserve", draft=name)
        doi = doi_of(self._draft(name) or {})
        if not doi:
            self._web.ask("POST", f"records/{name}/draft/pids/doi", expect={200, 201})
            doi = doi_of(self._draft(name) or {})
        if not doi:
            raise DepositError(
                _("{target} did not reserve a DOI", target=self.target),
                _("Ask the repository whether it has DOIs."),
            )
        journal.done("reserve", draft=name, doi=doi)
        return doi

    def deposit(self, transfer: Transfer, journal: Journal, *, publish: bool) -> Stored:
        """Make a draft, send files, compare digests, publish if asked; see `Repository`."""
        with zipped(transfer, journal) as sent, paged(transfer, sent) as pages:
            wanted = (sent, *pages)
            name, vanished = self._place(transfer, journal), ""
            record = self._record(name)
            draft = None if record else self._draft(name)
            if record is None and draft is None:
                refuse_withdrawn(self.target, name, transfer, journal)
                journal.undo("draft")
                name, vanished = self._place(transfer, journal, vanished=name), name
                record = self._record(name)
                draft = None if record else self._draft(name)
            journal.begin("place", remote_id=name)
            asked = self._access(transfer) if self._asks_access(journal) else None
            if record is not None:
                stored = self._stored(*self._published_files(name, wanted), record, new=False)
                state = state_differences(published=True, publish=publish)
                return replace(
                    stored, differences=(*state, *self._differences(record, transfer, asked))
                )
            if draft is None:
                raise LostError(
                    _(
                        "{target} does not show the draft {name} that it created",
                        target=self.target,
                        name=name,
                    )
                )
            draft, kept, notes = self._describe(draft, transfer, journal)
            notes = (*begun_again(vanished), *notes)
            if differences := self._differences(draft, transfer, asked):
                raise DepositError(
                    _(
                        "the draft {name} in {target} is not as requested: {differences}",
                        name=name,
                        target=self.target,
                        differences="; ".join(differences),
                    ),
                    _(
                        "Nothing was sent. Change it in the repository, or set the value in "
                        "the address."
                    ),
                )
            files = f"records/{name}/draft/files"
            held, new = bring(self._web, files, wanted, transfer, journal)
            draft = self._draft(name) or draft
            stored = self._stored(wanted, held, draft, new=new)
            stored = replace(
                stored, notes=notes, answer=self._answer_with_description(stored, transfer, journal)
            )
            if publish and kept:
                kept = (
                    *kept,
                    "It was not published. Deposit again to publish it as it is in the repository.",
                )
            if kept or not publish or any(each.stored != each.expected for each in stored.files):
                return replace(stored, differences=kept)
            community = self._options.get("community")
            if community and not self._is_in(draft, community):
                return self._reviewed(draft, community, wanted, held, stored, journal)
            journal.begin("publish", draft=name)
            # 404: it was published meanwhile, by a request whose answer was lost.
            path = f"records/{name}/draft/actions/publish"
            page = self._page(draft)
            hint = _(
                "Complete the draft at {page}, or add ?publisher=NAME. Then run this again.",
                page=page,
            )
            self._web.ask("POST", path, expect={200, 202, *ABSENT}, hint=hint)
            record = self._record(name)
            if record is None:
                raise DepositError(
                    _(
                        "{target} accepted {name}, but does not show it as published",
                        target=self.target,
                        name=name,
                    )
                )
            journal.done("publish", record=name)
            stored = self._stored(wanted, held, record, new=True)
            return replace(
                stored,
                differences=self._differences(record, transfer, asked),
                notes=notes,
                answer=self._answer_with_description(stored, transfer, journal),
            )

    def _community(self, name: str) -> str:
        """Return the identifier of a community."""
        reply = self._web.ask("GET", f"communities/{segments(name)}")
        return str(reply.json({"id": str})["id"])

    def _is_in(self, draft: Json, community: str) -> bool:
        """Return whether an earlier version of the draft is in a community."""
        known = ((draft.get("parent") or {}).get("communities") or {}).get("ids") or ()
        return bool(known) and self._community(community) in known

    def _reviewed(
        self,
        draft: Json,
        community: str,
        wanted: Sequence[Upload],
        held: Mapping[str, Json],
        stored: Stored,
        journal: Journal,
    ) -> Stored:
        """Ask a community to review a draft, unless this was done before, and return the deposit.

        A community can accept at once. Then the draft is published.
        """
        name, where = str(draft["id"]), f"records/{segments(draft['id'])}/draft"
        review = self._review(draft)
        if review is None or not review.get("is_open"):
            receiver = {"community": self._community(community)}
            asked = {"receiver": receiver, "type": "community-submission"}
            self._web.ask("PUT", f"{where}/review", data=asked)
            journal.begin("publish", draft=name, community=community)
            self._web.ask(
                "POST",
                f"{where}/actions/submit-review",
                expect={200, 202},
                data={"payload": {"content": "A deposit by archive-pkg.", "format": "html"}},
                hint=_(
                    "Ask the community {community} whether you may submit records.",
                    community=community,
                ),
            )
        record = self._record(name)
        if record is None:
            note = f"the community {community} was asked to review it; see {self._page(draft)}"
            return replace(stored, state="pending", notes=(*stored.notes, note))
        journal.done("publish", record=name)
        now = self._stored(wanted, held, record, new=True)
        answer = {**now.answer, "described": stored.answer["described"]}
        return replace(now, notes=stored.notes, answer=answer)

    def _review(self, draft: Json) -> Json | None:
        """Return the request to a community to review a draft; None if there is none."""
        if not (draft.get("parent") or {}).get("review"):
            return None
        shape = {"status?": str, "is_open?": bool}
        return self._get(f"records/{segments(draft['id'])}/draft/review", shape)

    def status(self, remote_id: str, version: str) -> Status:
        """Return whether the deposit is published, a draft or absent; see `Repository`."""
        record = self._record(remote_id)
        if record is not None:
            return Status("published", f"{self._page(record)} {doi_of(record)}".strip(), record)
        draft = self._draft(remote_id)
        if draft is not None:
            review = (self._review(draft) or {}).get("status")
            if review in _REVIEWS:
                words = f"review by the community: {review}; {self._page(draft)}"
                return Status(_REVIEWS[review], words, draft)
            return Status("draft", f"{self._page(draft)} {doi_of(draft)}".strip(), draft)
        return Status("absent", f"{self.target} does not show the record {remote_id}")

    # --- finding or creating the draft

    def _place(self, transfer: Transfer, journal: Journal, vanished: str = "") -> str:
        """Return the id of the draft or record for a package, creating a draft if necessary.

        `vanished` is the id of a discarded draft, which receipts and searches may still name.
        """
        made = journal.outcome("draft")
        if made:
            return str(made["id"])
        for receipt in reversed(transfer.earlier):
            if receipt.fingerprint == transfer.fingerprint and receipt.remote_id != vanished:
                self._refuse_strange(receipt.remote_id, transfer)
                return receipt.remote_id
        reserved = self._reserved(transfer.record)
        if reserved:
            self._refuse_strange(reserved, transfer)
            return str(journal.done("draft", id=reserved)["id"])
        published = self._published(transfer)
        if published:
            self._refuse_strange(published, transfer)
            # A repeated request returns the same draft of the next version.
            journal.begin("draft", version_of=published)
            path = f"records/{segments(published)}/versions"
            hint = _(
                "Ask the repository whether the record {published} was withdrawn.",
                published=published,
            )
            made = self._web.ask("POST", path, expect={201}, hint=hint).json(_MADE)
            return str(journal.done("draft", id=made["id"])["id"])
        for receipt in reversed(transfer.earlier):
            if self._draft(receipt.remote_id) is not None:
                self._refuse_strange(receipt.remote_id, transfer)
                return str(journal.done("draft", id=receipt.remote_id)["id"])
        record, access = self._public_record(transfer), self._access(transfer)
        return self._new_draft(record, transfer.fingerprint, access, journal, vanished)

    def _refuse_strange(self, name: str, transfer: Transfer) -> None:
        """Refuse a record or draft that was not made for this package.

        A deposit replaces the contents of a draft, and a forged receipt or DOI can name any draft.

        Raises:
            DepositError: The record or draft does not have the mark of the package.
        """
        there = self._draft(name) or self._record(name)
        if there is None:
            return
        marks = [each["identifier"] for each in there.get("metadata", {}).get("identifiers") or []]
        own = f"archive-pkg:{transfer.record.id}:"
        if not any(mark.startswith(own) for mark in marks):
            raise DepositError(
                _(
                    "{name} in {target} was not made for {id}, but a receipt or the DOI in "
                    "the record names it",
                    name=name,
                    target=self.target,
                    id=transfer.record.id,
                ),
                _("Nothing was sent. Remove the receipt, or the DOI from the record."),
            )

    def _published(self, transfer: Transfer) -> str:
        """Return the published record of an earlier version of the package; empty if none."""
        for receipt in reversed(transfer.earlier):
            if receipt.state == "published" and receipt.fingerprint != transfer.fingerprint:
                return receipt.remote_id
        return ""

    def _new_draft(
        self, record: Record, fingerprint: str, access: Json, journal: Journal, vanished: str = ""
    ) -> str:
        made = journal.outcome("draft")
        if made:
            return str(made["id"])
        # The draft can exist even if the answer, or the journal and receipts, were lost.
        mark = mark_of(record, fingerprint)
        for seconds in (0.0, *(LOOKS if journal.begun("draft") else ())):
            time.sleep(seconds)
            found = self._found(mark)
            if found and found != vanished:  # searches can show discarded drafts for a while
                return str(journal.done("draft", id=found)["id"])
        journal.begin("draft", mark=mark)
        body = self._body(record, fingerprint, access)
        try:
            reply = self._web.ask("POST", "records", expect={201}, data=body).json(_MADE)
            journal.done("draft", id=reply["id"])
            self._keep(body["metadata"], reply, self._draft(reply["id"]), journal)
        except LostError:
            raise
        except DepositError:
            journal.undo("draft")  # refused, so there is no draft to search for
            raise
        return str(reply["id"])

    def _found(self, mark: str) -> str:
        """Return the user's draft or record that has a mark, by a search; empty if none."""
        asked = quote(f'metadata.identifiers.identifier:"{mark}"', safe="")
        found = self._web.ask("GET", f"user/records?size=25&q={asked}").json(_HITS)
        for hit in found["hits"]["hits"]:
            marks = [each["identifier"] for each in hit["metadata"].get("identifiers") or []]
            if mark in marks:
                return str(hit["id"])
        return ""

    def _reserved(self, record: Record) -> str:
        """Return the draft in which a DOI of the record is reserved; empty if there is none."""
        for identifier in record.identifiers:
            if identifier.scheme == "doi":
                name = identifier.value.rpartition("/")[2].rpartition(".")[2]
                # Another user's draft is forbidden, not absent.
                draft = self._draft(name, {*ABSENT, 403}) if name else None
                if draft and doi_of(draft).lower() == identifier.value.lower():
                    return name
        return ""

    # --- reading files back

    def _published_files(
        self, name: str, wanted: Sequence[Upload]
    ) -> tuple[Sequence[Upload], Mapping[str, Json]]:
        """Return the files that a published record has, and the server's entries for them.

        The record may have no page, or a page by a different version of this program.
        """
        held = {entry["key"]: entry for entry in self._entries(f"records/{segments(name)}/files")}
        package, *pages = wanted
        if package.item.path not in held:
            raise DepositError(
                _(
                    "{target}: the record {name} has no {path}",
                    target=self.target,
                    name=name,
                    path=package.item.path,
                )
            )
        same = [page for page in pages if md5_of(held.get(page.item.path, {})) == page.md5]
        return (package, *same), held

    def _entries(self, path: str) -> list[Json]:
        return list((self._get(path, FILES) or {}).get("entries") or [])

    def _contents(self, remote_id: str) -> Mapping[str, str]:
        for where in ("files", "draft/files"):
            path = f"records/{segments(remote_id)}/{where}"
            names = [entry["key"] for entry in self._entries(path)]
            if names:
                return {name: f"{path}/{segments(name)}/content" for name in names}
        raise DepositError(
            _(
                "{target} has no record {remote_id} with files",
                target=self.target,
                remote_id=remote_id,
            )
        )

    def _stored(
        self, sent: Sequence[Upload], held: Mapping[str, Json], record: Json, *, new: bool
    ) -> Stored:
        published = bool(record.get("is_published")) and not record.get("is_draft")
        where = f"records/{record['id']}" if published else f"records/{record['id']}/draft"
        files = tuple(self._arrival(each, held[each.item.path], where) for each in sent)
        by_server = all(file.algorithm == "md5" for file in files)
        number = (record.get("versions") or {}).get("index")
        return Stored(
            remote_id=record["id"],
            version=f"v{number}" if number else "",
            location=self._page(record),
            files=files,
            verified="server-digest" if by_server else "read-back",
            new=new,
            state="published" if published else "draft",
            pid=doi_of(record),
            status_url=f"{self._site}/api/{where}",
            answer={"record": record, "files": [held[each.item.path] for each in sent]},
        )

    def _arrival(self, sent: Upload, held: Json, where: str) -> Arrival:
        """Return a file as the server has it: by its MD5, or read back if it states none."""
        algorithm, expected, stored = "md5", sent.md5, md5_of(held)
        if stored is None:
            algorithm, expected = "sha256", sent.item.sha256
            with self._web.download(f"{where}/files/{segments(sent.item.path)}/content") as blocks:
                stored = sha256_of(limited(blocks, sent.item.size, sent.item.path))
        return Arrival(
            path=sent.item.path,
            size=sent.item.size,
            sha256=sent.item.sha256,
            algorithm=algorithm,
            expected=expected,
            stored=stored,
        )

    def _page(self, record: Json) -> str:
        where = "records" if record.get("is_published") else "uploads"
        return f"{self._site}/{where}/{record['id']}"
