"""`sword2+https://HOST/COLLECTION`: SWORD 2.0, as DSpace, EPrints and swh-deposit speak it.

A package becomes an entry of the collection with one zip (SimpleZip). The zip is sent with its MD5,
which the server should check. The entry stays in progress until `--publish` completes it. SWORD has
no digests. If the server's statement links to the original deposit, the zip is read back; otherwise
the outcome is "unverified".
"""

from __future__ import annotations

import contextlib
import re
import shlex
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from archive_pkg import storage
from archive_pkg.deposits import credentials
from archive_pkg.deposits.http.answers import read_xml
from archive_pkg.deposits.http.client import HttpClient
from archive_pkg.deposits.repository_interface import (
    Capabilities,
    DepositPlan,
    LostError,
    PlannedFile,
    Status,
    Stored,
    arrivals,
    login_lacking,
    state_differences,
)
from archive_pkg.deposits.transfers import Item, Transfer, VerifiedReader, limited, sha256_of
from archive_pkg.deposits.zips import Upload, ZipRepository, zip_name, zipped
from archive_pkg.errors import DepositError, UsageError
from archive_pkg.messages import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archive_pkg.deposits.http.client import Reply
    from archive_pkg.deposits.journal import Journal
    from archive_pkg.records import Record

ATOM = "http://www.w3.org/2005/Atom"
DC = "http://purl.org/dc/terms/"
SWORD = "http://purl.org/net/sword/terms/"
SWH = "https://www.softwareheritage.org/schema/2018/deposit"
SIMPLE_ZIP = "http://purl.org/net/sword/package/SimpleZip"
_MOST_PAGES = 1000
_ENTRY_TYPE = "application/atom+xml;type=entry"
_DONE = {"done", "published", "archived", "inarchive"}
_REJECTED = {"rejected", "failed", "withdrawn"}
_DRAFT = {"partial", "inprogress", "inworkspace"}


class SwordCollection(ZipRepository):
    """The repository behind `sword2+https://`; its address is the collection's (the Col-IRI)."""

    kind = "sword2"

    def __init__(self, address: str) -> None:
        """Read the address."""
        parts = credentials.split_address(address)
        if parts.query or parts.fragment or parts.username:
            shown = credentials.without_secret(address)
            raise UsageError(
                _("{shown} has more than a host and a path", shown=shown), _("Leave that out.")
            )
        self._collection = f"https://{parts.netloc}{parts.path}"
        self.target = f"sword2+{self._collection}"
        self._name = credentials.server_name(parts)
        self._login = credentials.login(self._name)
        headers = self._login.basic() if self._login else {}
        self._web = HttpClient(f"https://{parts.netloc}", self.target, self._name, headers)

    def capabilities(self) -> Capabilities:
        """See `Repository`: one zip, without digests, in progress until it is completed."""
        return Capabilities(packaging="zip", publishes=True, needs_record=True)

    def plan(self, transfer: Transfer, *, publish: bool) -> DepositPlan:
        """Plan the deposit; see `Repository`."""
        plan = DepositPlan(
            (
                PlannedFile(
                    zip_name(transfer.identifier), transfer.size, "an entry of the collection"
                ),
            ),
            steps=(
                "make an entry of the collection, in progress",
                "send the package as one zip (SimpleZip) with its MD5",
                "read it back if the server returns it; otherwise it is unverified",
                "COMPLETE it, which hands it over" if publish else "leave it in progress",
            ),
        )
        if not self._login:
            plan.report.add(login_lacking(self.target, self._name, user=True))
        return plan

    def deposit(self, transfer: Transfer, journal: Journal, *, publish: bool) -> Stored:
        """Make an entry, send the zip, complete the entry if `publish`; see `Repository`."""
        with zipped(transfer, journal) as sent:
            links = self._entry(transfer, journal)
            journal.begin("place", remote_id=links["statement"])
            status = self.status(links["statement"], "")
            if status.state == "absent":
                raise DepositError(
                    _(
                        "{target} no longer has the entry {links}",
                        target=self.target,
                        links=links["statement"],
                    ),
                    _(
                        "It was removed. To deposit the package as a new entry: rm {quote}",
                        quote=shlex.quote(str(journal.path)),
                    ),
                )
            new = not journal.is_done("send")
            if new and status.state == "draft":
                self._send(links["media"], sent, transfer, journal)
            if publish and status.state == "draft":
                journal.begin("complete")
                self._web.ask("POST", links["edit"], content=b"", headers={"In-Progress": "false"})
                journal.done("complete")
                status, new = self.status(links["statement"], ""), True
                if status.state == "draft":
                    raise LostError(
                        _(
                            "{target} did not complete it: {detail}",
                            target=self.target,
                            detail=status.detail,
                        )
                    )
        if status.state == "rejected":
            raise DepositError(
                _("{target} rejected it: {detail}", target=self.target, detail=status.detail)
            )
        held = self._read_back(links["statement"], sent.item)
        known = {"draft": "draft", "stored": "published", "pending": "pending"}
        return Stored(
            remote_id=links["statement"],
            version="",
            location=links["edit"],
            files=arrivals((sent.item,), {sent.item.path: held} if held else {}),
            verified="read-back" if held else "unverified",
            new=new,
            state=known[status.state],  # type: ignore[arg-type]
            status_url=links["statement"],
            answer={"links": links, "status": dict(status.answer), "content_md5": sent.md5},
            differences=state_differences(published=status.state == "stored", publish=publish),
        )

    def status(self, remote_id: str, version: str) -> Status:
        """Return what the server's statement says; see `Repository`."""
        reply = self._web.ask("GET", remote_id, expect={200, 404, 410})
        if reply.status != 200:
            return Status("absent", f"{self.target} has no statement at {remote_id}")
        state, words = _state(self._xml(reply))
        plain = state.rpartition("/")[2].lower().replace(" ", "").replace("-", "")
        answer = {"state": state, "detail": words}
        detail = f"{state}: {words}" if words else state
        if plain in _DRAFT:
            return Status("draft", detail, answer)
        if plain in _DONE:
            return Status("stored", detail, answer)
        return Status("rejected" if plain in _REJECTED else "pending", detail, answer)

    def _entry(self, transfer: Transfer, journal: Journal) -> dict[str, str]:
        made = journal.outcome("entry")
        if made:
            return made
        slug = f"{transfer.identifier}-{transfer.fingerprint[:12]}"
        if journal.begun("entry"):
            # The answer to an earlier request was lost, but the entry may exist.
            found = self._found(slug)
            if found:
                return journal.done("entry", **found)
        journal.begin("entry", slug=slug)
        try:
            reply = self._web.ask(
                "POST",
                self._collection,
                expect={201},
                content=_atom(transfer.record, slug),
                headers={"Content-Type": _ENTRY_TYPE, "In-Progress": "true", "Slug": slug},
                hint=_("Check the address of the collection; the service document lists them."),
            )
        except LostError:
            raise
        except DepositError:
            journal.undo("entry")
            raise
        return journal.done("entry", **self._links(self._xml(reply)))

    def _found(self, slug: str) -> dict[str, str]:
        """Return the links of the entry with our slug; empty if there is none."""
        page = self._collection
        for __ in range(_MOST_PAGES):
            # 405: servers need not support listing.
            reply = self._web.ask("GET", page, expect={200, 404, 405})
            if reply.status != 200:
                return {}
            feed = self._xml(reply)
            for entry in feed.iter(f"{{{ATOM}}}entry"):
                if any(slug in (text or "") for text in entry.itertext()):
                    return self._links(self._receipt(entry))
            following = re.search(r'<([^>]*)>; *rel="next"', reply.headers.get("link", ""))
            links = {each.get("rel"): each.get("href") for each in feed.iter(f"{{{ATOM}}}link")}
            where = following[1] if following else links.get("next")
            if not where:
                break
            page = self._joined(page, where)
        return {}

    def _receipt(self, entry: Any) -> Any:
        """Return a listed entry with its links, from its edit address or, for swh-deposit, its id.

        A server need not list the links.
        """
        from lxml import etree

        number = entry.findtext(f"{{{SWH}}}id")
        if number:
            paths = {f"{SWORD}add": "metadata", "edit-media": "media", "alternate": "status"}
            for rel, path in paths.items():
                href = f"{self._collection.rstrip('/')}/{number}/{path}/"
                etree.SubElement(entry, f"{{{ATOM}}}link", rel=rel, href=href)
            return entry
        for link in entry.iter(f"{{{ATOM}}}link"):
            if link.get("rel") == "edit":
                where = self._joined(self._collection, link.get("href", ""))
                return self._xml(self._web.ask("GET", where, expect={200}))
        return entry

    def _links(self, receipt: Any) -> dict[str, str]:
        """Return the addresses for editing an entry, for its zip, and for its status.

        See SWORD 2.0, 10.
        """
        found = {
            link.get("rel", ""): link.get("href", "") for link in receipt.iter(f"{{{ATOM}}}link")
        }
        links = {
            "edit": found.get(f"{SWORD}add") or found.get("edit", ""),
            "media": found.get("edit-media", ""),
            "statement": found.get(f"{SWORD}statement", "") or found.get("alternate", ""),
        }
        for what, link in links.items():
            if not link:
                raise DepositError(
                    _(
                        "{target} did not return the {what} address of the new entry",
                        target=self.target,
                        what=what,
                    )
                )
        return {what: self._joined(self._collection, link) for what, link in links.items()}

    def _send(self, media: str, sent: Upload, transfer: Transfer, journal: Journal) -> None:
        journal.begin("send")
        with storage.open_regular(sent.path) as file:
            reply = self._web.ask(
                "PUT",
                media,
                expect={200, 201, 204},
                content=VerifiedReader(file, sent.item, transfer.tick),
                length=sent.item.size,
                headers={
                    "Content-Type": "application/zip",
                    "Content-Disposition": f"attachment; filename={sent.item.path}",
                    "Content-MD5": sent.md5,
                    "Packaging": SIMPLE_ZIP,
                    "In-Progress": "true",
                },
            )
        if reply.status != 204:
            self._xml(reply)  # check that it is a receipt, and not a proxy's answer
        journal.done("send")

    def _read_back(self, statement: str, item: Item) -> str:
        """Return the SHA-256 of the original deposit; empty if the server does not return it."""
        try:
            where = self._original(statement)
        except LostError:
            raise
        except DepositError:
            return ""
        with self._web.download(where) as blocks:
            return sha256_of(limited(blocks, item.size, item.path))

    def _original(self, statement: str) -> str:
        root = self._xml(self._web.ask("GET", statement, expect={200}))
        for entry in root.iter(f"{{{ATOM}}}entry"):
            terms = {each.get("term") for each in entry.iter(f"{{{ATOM}}}category")}
            content = entry.find(f"{{{ATOM}}}content")
            if f"{SWORD}originalDeposit" in terms and content is not None and content.get("src"):
                return self._joined(statement, str(content.get("src")))
        raise DepositError(
            _("{target} does not return what was deposited", target=self.target),
            _("Ask the repository for the files; its statement does not link to them."),
        )

    def _contents(self, remote_id: str) -> Mapping[str, str]:
        where = self._original(remote_id)
        return {zip_name(where.rstrip("/").rpartition("/")[2].removesuffix(".zip")): where}

    def _xml(self, reply: Reply) -> Any:
        from lxml import etree

        hint = _("Check the address of the collection, and whether a proxy answers in its place.")
        with contextlib.suppress(DepositError):
            root = read_xml(reply.body, self.target, hint)
            if etree.QName(root).namespace == ATOM:
                return root
        raise LostError(
            _(
                "{target} answered {status} with something other than Atom",
                target=self.target,
                status=reply.status,
            ),
            hint,
        )

    def _joined(self, base: str, link: str) -> str:
        """Return the full address of a link, which must be on the same server."""
        try:
            return self._web.url(urljoin(base, link))
        except ValueError as error:
            raise DepositError(
                _(
                    "{target} refers to {link!r}: {error}",
                    target=self.target,
                    link=link[:200],
                    error=error,
                )
            ) from error


def _state(root: Any) -> tuple[str, str]:
    """Return the state in a statement, and its description; empty if there is none.

    The statement has the form of SWORD 2.0, 11, or that of swh-deposit.
    """
    for category in root.iter(f"{{{ATOM}}}category"):
        if category.get("scheme") == f"{SWORD}state":
            return str(category.get("term", "")), " ".join((category.text or "").split())
    found = {
        str(each.tag).rpartition("}")[2].removeprefix("deposit_"): (each.text or "").strip()
        for each in root.iter()
        if isinstance(each.tag, str) and str(each.tag).rpartition("}")[2].startswith("deposit_")
    }
    return found.get("status", ""), found.get("status_detail", "")


def _atom(record: Record, slug: str) -> bytes:
    """Return the record as an Atom entry with Dublin Core terms (SWORD 2.0, 6.3.3).

    The slug is also an identifier, so that a listing of the collection shows it.
    """
    from lxml import etree

    entry = etree.Element(f"{{{ATOM}}}entry", nsmap={None: ATOM, "dcterms": DC})  # type: ignore[dict-item]

    def add(space: str, name: str, text: str) -> Any:
        child = etree.SubElement(entry, f"{{{space}}}{name}")
        child.text = text
        return child

    add(ATOM, "title", record.title)
    add(ATOM, "id", record.id)
    for agent in record.sender or record.signatories:
        author = etree.SubElement(entry, f"{{{ATOM}}}author")
        etree.SubElement(author, f"{{{ATOM}}}name").text = record.agent(agent).name
        add(DC, "creator", record.agent(agent).name)
    add(DC, "title", record.title)
    add(DC, "identifier", record.id)
    add(DC, "identifier", slug)
    if record.summary:
        add(DC, "abstract", record.summary.text)
    if record.date:
        add(DC, "created", record.date.words)
    if record.rights:
        add(DC, "rights", record.rights.statement)
        if record.rights.licence:
            add(DC, "license", record.rights.licence)
    data: bytes = etree.tostring(entry, xml_declaration=True, encoding="UTF-8")
    return data
