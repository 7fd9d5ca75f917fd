"""`inveniordm+https://HOST`, `zenodo:`, `zenodo-sandbox:`: InvenioRDM, the engine of Zenodo.

A package becomes a draft with one zip; published only on demand, and then for good. A changed
package becomes a new version of the record that its receipt names. Behind the address may stand
`?publisher=NAME`, `?type=ID` (of the instance's resource types) and `?access=restricted`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode

from archive_pkg.crosswalks import views
from archive_pkg.deposits import credentials
from archive_pkg.deposits.parcels import Checked, Item, Parcel
from archive_pkg.deposits.receipts import Arrival
from archive_pkg.deposits.repositories import (
    TARGET_NEEDS_LOGIN,
    TARGET_NEEDS_METADATA,
    TARGET_TAKES_LESS,
    Capabilities,
    LostError,
    Plan,
    Status,
    Stored,
    Transfer,
)
from archive_pkg.deposits.web import Web, segments
from archive_pkg.deposits.zips import Zip, sha256_of, unpack, zip_name, zipped
from archive_pkg.errors import DepositError, UsageError
from archive_pkg.reports import Location

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from archive_pkg.deposits.journal import Journal
    from archive_pkg.records import Agent, Record

Json = dict[str, Any]

PART = 64 * 1024 * 1024
"""A zip larger than this is sent in parts of this size, or larger where they would be too many."""
_MOST_PARTS = 1000
_LARGEST = 50 * 10**9
_PARTS_AT_ONCE = 3
_WELL_KNOWN = {"zenodo": "zenodo.org", "zenodo-sandbox": "sandbox.zenodo.org"}
_OPTIONS = {"publisher", "type", "access"}


class InvenioRdm:
    """The repository behind `inveniordm+https://`, `zenodo:` and `zenodo-sandbox:`."""

    kind = "inveniordm"

    def __init__(self, address: str) -> None:
        """Take the address."""
        scheme, _, rest = address.partition(":")
        if scheme in _WELL_KNOWN:
            if rest.partition("?")[0].strip("/"):
                raise UsageError(f"{address} has more than a name", f"write {scheme}:")
            host = _WELL_KNOWN[scheme]
            self._name, base = scheme, f"https://{host}"
            query, self._bare = rest.partition("?")[2], f"{scheme}:"
        else:
            parts = credentials.split_address(address)
            if parts.username or parts.fragment:
                raise UsageError(f"{address} has more than a host and a path", "leave that out")
            host = self._name = str(parts.hostname)
            base = f"https://{parts.netloc}{parts.path.rstrip('/')}"
            query, self._bare = parts.query, f"inveniordm+{base}"
        self._options = dict(parse_qsl(query, keep_blank_values=True))
        if unknown := self._options.keys() - _OPTIONS:
            raise UsageError(
                f"{address}: {', '.join(sorted(unknown))} means nothing here",
                f"behind the ? may stand: {', '.join(sorted(_OPTIONS))}",
            )
        self._token = credentials.find_token(self._name, host)
        authorization = f"Bearer {self._token}" if self._token else ""
        self._site = base
        self._web = Web(f"{base}/api", self._bare, authorization)

    @property
    def target(self) -> str:
        """The address, with what was asked for behind it."""
        asked = f"?{urlencode(sorted(self._options.items()))}" if self._options else ""
        return self._bare + asked

    def capabilities(self) -> Capabilities:
        """One zip; the server states its MD5; a draft until it is published."""
        return Capabilities(
            packaging="zip",
            digest="md5",
            write_once=True,
            resumes=True,
            publishes=True,
            most_files=100,
            most_bytes=_LARGEST,
        )

    def plan(self, parcel: Parcel, *, publish: bool) -> Plan:
        """What would be made there, and what keeps it from being taken; see `Repository`."""
        draft = "a new version of the record" if self._published(parcel) else "a draft"
        plan = Plan(
            (Transfer(zip_name(parcel.identifier), parcel.size, f"the files of {draft}"),),
            steps=(
                f"make {draft} with the record's title, creators and description",
                "send the package as one zip, and compare the server's MD5 with ours",
                "PUBLISH it, which cannot be undone" if publish else "leave it a draft",
            ),
        )
        if not self._token:
            variable = f"ARCHIVE_PKG_{credentials.environment_name(self._name)}_TOKEN"
            hint = f"archive-pkg login {self._name}, or set {variable}"
            message = f"there is no token for {self._name}"
            plan.report.add(TARGET_NEEDS_LOGIN.at(Location(self.target), message, hint))
        where = Location("data/record.json", field="sender")
        if not (parcel.record.sender or parcel.record.signatories):
            message = "the record names no sender, and a record there must have a creator"
            hint = "say who sent or signed the letter, if that is known"
            plan.report.add(TARGET_NEEDS_METADATA.at(where, message, hint))
        if parcel.size > _LARGEST:
            message = f"the package has {parcel.size} bytes; a record there takes {_LARGEST}"
            plan.report.add(TARGET_TAKES_LESS.at(Location(parcel.identifier), message))
        return plan

    def reserve(self, record: Record, journal: Journal) -> str:
        """Reserve a DOI in a draft; see `Reserving`."""
        if not self._token:
            credentials.token(self._name, self._name)
        known = journal.outcome("reserve")
        if known:
            return str(known["doi"])
        name = self._new_draft(record, "", journal)
        journal.begin("reserve", draft=name)
        doi = self._doi(self._draft(name) or {})
        if not doi:
            self._web.ask("POST", f"records/{name}/draft/pids/doi", expect={200, 201})
            doi = self._doi(self._draft(name) or {})
        if not doi:
            raise DepositError(f"{self.target} reserves no DOI", "does it give DOIs at all?")
        journal.done("reserve", draft=name, doi=doi)
        return doi

    def deposit(self, parcel: Parcel, journal: Journal, *, publish: bool) -> Stored:
        """Draft, zip, digest, and on demand publication; see `Repository`."""
        with zipped(parcel, journal) as sent:
            name = self._place(parcel, journal)
            journal.begin("place", remote_id=name)
            published = self._record(name)
            if published is not None:
                file = self._file(name, sent.item.path)
                return self._stored(sent, published, file, new=False)
            draft = self._draft(name)
            if draft is None:
                raise DepositError(
                    f"{self.target} has no draft {name} any more",
                    f"somebody removed it; to begin anew, remove {journal.path}",
                )
            body = self._metadata(parcel.record, parcel.fingerprint)
            if _of_ours(draft) != _of_ours(body):
                self._web.ask(
                    "PUT", f"records/{name}/draft", data=body | {"pids": draft.get("pids", {})}
                )
            file, new = self._send(name, sent, parcel, journal)
            stored = self._stored(sent, self._draft(name) or draft, file, new=new)
            if not publish or any(each.stored != each.expected for each in stored.files):
                return stored
            journal.begin("publish", draft=name)
            self._web.ask("POST", f"records/{name}/draft/actions/publish", expect={200, 202})
            journal.done("publish", record=name)
            record = self._record(name)
            if record is None:
                raise DepositError(f"{self.target} published {name}, and does not show it")
            return self._stored(sent, record, file, new=True)

    def status(self, remote_id: str, version: str) -> Status:
        """Whether it is published, a draft, or not there; see `Repository`."""
        record = self._record(remote_id)
        if record is not None:
            return Status("published", f"{self._page(record)} {self._doi(record)}".strip(), record)
        draft = self._draft(remote_id)
        if draft is not None:
            return Status("draft", f"{self._page(draft)} {self._doi(draft)}".strip(), draft)
        return Status("absent", f"{self.target} shows us no record {remote_id}")

    def verify(self, remote_id: str, version: str) -> Mapping[str, str]:
        """Download the zip; see `Repository`."""
        name, content = self._content(remote_id)
        with self._web.download(content) as blocks:
            return {name: sha256_of(blocks)}

    def fetch(self, remote_id: str, version: str, into: Path) -> None:
        """Download the zip and unpack it; see `Repository`."""
        _, content = self._content(remote_id)
        with self._web.download(content) as blocks:
            unpack(blocks, into)

    # --- where it goes

    def _place(self, parcel: Parcel, journal: Journal) -> str:
        """The draft or record that the package belongs into."""
        made = journal.outcome("draft")
        if made:
            return str(made["id"])
        for receipt in reversed(parcel.earlier):
            if receipt.fingerprint == parcel.fingerprint:
                return receipt.remote_id
        reserved = self._reserved(parcel.record)
        if reserved:
            return str(journal.done("draft", id=reserved)["id"])
        published = self._published(parcel)
        if published:
            # Asked twice, InvenioRDM gives the same draft of the next version.
            journal.begin("draft", version_of=published)
            reply = self._web.ask("POST", f"records/{published}/versions", expect={201}).json("id")
            return str(journal.done("draft", id=reply["id"])["id"])
        for receipt in reversed(parcel.earlier):
            if self._draft(receipt.remote_id) is not None:
                return str(journal.done("draft", id=receipt.remote_id)["id"])
        return self._new_draft(parcel.record, parcel.fingerprint, journal)

    def _published(self, parcel: Parcel) -> str:
        """The record that an earlier form of the package was published in, if any."""
        for receipt in reversed(parcel.earlier):
            if receipt.state == "published" and receipt.fingerprint != parcel.fingerprint:
                return receipt.remote_id
        return ""

    def _new_draft(self, record: Record, fingerprint: str, journal: Journal) -> str:
        known = journal.outcome("draft")
        if known:
            return str(known["id"])
        mark = _mark(record, fingerprint)
        if journal.begun("draft"):
            # The answer to an earlier request was lost; the draft may be there all the same.
            quoted = quote(f'"{mark}"', safe="")
            found = self._web.ask("GET", f"user/records?size=25&q={quoted}").json()
            for hit in found.get("hits", {}).get("hits", []):
                marks = [each["identifier"] for each in hit["metadata"].get("identifiers", [])]
                if mark in marks and not hit.get("is_published"):
                    return str(journal.done("draft", id=hit["id"])["id"])
        journal.begin("draft", mark=mark)
        body = self._metadata(record, fingerprint)
        try:
            reply = self._web.ask("POST", "records", expect={201}, data=body).json("id")
        except LostError:
            raise
        except DepositError:
            journal.undo("draft")  # a refusal: there is none to look for
            raise
        return str(journal.done("draft", id=reply["id"])["id"])

    def _reserved(self, record: Record) -> str:
        """The draft in which a DOI of the record was reserved here, if it was."""
        for identifier in record.identifiers:
            if identifier.scheme == "doi":
                name = identifier.value.rpartition("/")[2].rpartition(".")[2]
                draft = self._draft(name) if name else None
                if draft and self._doi(draft).lower() == identifier.value.lower():
                    return name
        return ""

    def _draft(self, name: str) -> Json | None:
        return self._get(f"records/{segments(name)}/draft")

    def _record(self, name: str) -> Json | None:
        return self._get(f"records/{segments(name)}")

    def _get(self, path: str) -> Json | None:
        # InvenioRDM hides what is not there, or not ours, behind any of these.
        reply = self._web.ask("GET", path, expect={200, 403, 404, 410})
        if reply.status != 200:
            return None
        found: Json = reply.json("links")
        return found

    # --- what goes there

    def _send(self, name: str, zip_: Zip, parcel: Parcel, journal: Journal) -> tuple[Json, bool]:
        """Bring the zip into the draft; the server's account of it, and whether it was sent now."""
        item, path = zip_.item, zip_.path
        files = f"records/{name}/draft/files"
        for entry in self._web.ask("GET", files).json("entries")["entries"]:
            whole = entry.get("status") == "completed"
            if entry["key"] == item.path and whole and _md5(entry) == zip_.md5:
                return entry, False
            begun = journal.outcome("upload")
            if entry["key"] == item.path and not whole and begun and begun["parts"]:
                continue
            self._web.ask("DELETE", f"{files}/{segments(entry['key'])}", expect={204, 404})
            journal.undo("upload")
        if not journal.is_done("upload"):
            self._begin_upload(files, item, journal)
        upload = journal.outcome("upload") or {}
        key = segments(item.path)
        journal.begin("send")
        if upload["parts"]:
            self._send_parts(f"{files}/{key}", path, item, upload, parcel, journal)
        else:
            with path.open("rb") as file:
                self._web.ask(
                    "PUT",
                    f"{files}/{key}/content",
                    content=Checked(file, item, parcel.tick),
                    length=item.size,
                    headers={"Content-Type": "application/octet-stream"},
                )
        entry = self._web.ask("POST", f"{files}/{key}/commit").json("key")
        journal.done("send", checksum=entry.get("checksum"))
        return entry, True

    def _begin_upload(self, files: str, item: Item, journal: Journal) -> None:
        journal.begin("upload")
        file: Json = {"key": item.path, "size": item.size}
        parts, size = 0, 0
        if item.size > PART:
            size = max(PART, -(-item.size // _MOST_PARTS))
            parts = -(-item.size // size)
            file["transfer"] = {"type": "M", "parts": parts, "part_size": size}
        reply = self._web.ask("POST", files, expect={201, 400}, data=[file])
        if reply.status == 400 and parts:
            # Some storages know no parts.
            parts = 0
            del file["transfer"]
            reply = self._web.ask("POST", files, expect={201, 400}, data=[file])
        if reply.status == 400:
            raise DepositError(f"{self.target} does not take a file called {item.path}")
        journal.done("upload", parts=parts, size=size)

    def _send_parts(
        self, file: str, path: Path, item: Item, upload: Json, parcel: Parcel, journal: Journal
    ) -> None:
        size = upload["size"]

        def send(number: int) -> None:
            if journal.is_done(f"part {number}"):
                parcel.tick(min(size, item.size - (number - 1) * size))
                return
            length = min(size, item.size - (number - 1) * size)
            with path.open("rb") as source:
                source.seek((number - 1) * size)
                journal.begin(f"part {number}")
                self._web.ask(
                    "PUT",
                    f"{file}/content/{number}",
                    content=_Part(source, length, parcel),
                    length=length,
                    headers={"Content-Type": "application/octet-stream"},
                )
            journal.done(f"part {number}")

        with ThreadPoolExecutor(_PARTS_AT_ONCE) as pool:
            list(pool.map(send, range(1, upload["parts"] + 1)))

    def _file(self, name: str, key: str) -> Json:
        found = self._get(f"records/{segments(name)}/files/{segments(key)}")
        if found is None:
            raise DepositError(f"{self.target}: the record {name} has no file {key}")
        return found

    def _content(self, name: str) -> tuple[str, str]:
        """The name of a record's zip and the path of its bytes, published or not."""
        for where in ("files", "draft/files"):
            listed = self._get(f"records/{segments(name)}/{where}")
            keys = [entry["key"] for entry in (listed or {}).get("entries", [])]
            if len(keys) == 1:
                (key,) = keys
                return key, f"records/{segments(name)}/{where}/{segments(key)}/content"
        raise DepositError(f"{self.target} has no record {name} with one file")

    def _stored(self, sent: Zip, record: Json, file: Json, *, new: bool) -> Stored:
        item = sent.item
        published = bool(record.get("is_published")) and not record.get("is_draft")
        arrival = Arrival(
            path=item.path,
            size=item.size,
            sha256=item.sha256,
            algorithm="md5",
            expected=sent.md5,
            stored=_md5(file),
        )
        if arrival.stored is None:
            with self._web.download(
                f"records/{record['id']}/{'' if published else 'draft/'}files/"
                f"{segments(item.path)}/content"
            ) as blocks:
                arrival = arrival.model_copy(
                    update={
                        "algorithm": "sha256",
                        "expected": item.sha256,
                        "stored": sha256_of(blocks),
                    }
                )
        number = record.get("versions", {}).get("index")
        return Stored(
            remote_id=record["id"],
            version=f"v{number}" if number else "",
            location=self._page(record),
            files=(arrival,),
            verified="server-digest" if arrival.algorithm == "md5" else "read-back",
            new=new,
            state="published" if published else "draft",
            pid=self._doi(record),
            status_url=f"{self._site}/api/records/{record['id']}{'' if published else '/draft'}",
            answer={"record": record, "file": file},
        )

    def _page(self, record: Json) -> str:
        where = "records" if record.get("is_published") else "uploads"
        return f"{self._site}/{where}/{record['id']}"

    def _doi(self, record: Json) -> str:
        return str(record.get("pids", {}).get("doi", {}).get("identifier", ""))

    def _metadata(self, record: Record, fingerprint: str) -> Json:
        """The record as InvenioRDM's metadata; what the record does not say is not there."""
        metadata: Json = {
            "title": record.title,
            "resource_type": {"id": self._options.get("type", "dataset")},
            "creators": [
                _creator(agent)
                for agent in views.agents(record, record.sender or record.signatories)
            ],
            "publication_date": _today(),
            "identifiers": [{"scheme": "other", "identifier": _mark(record, fingerprint)}],
        }
        if record.summary:
            metadata["description"] = f"<p>{escape(record.summary.text)}</p>"
        if record.rights:
            metadata["rights"] = [{"title": {"en": record.rights.statement}}]
        if "publisher" in self._options:
            metadata["publisher"] = self._options["publisher"]
        access = self._options.get("access", "public")
        return {
            "access": {"record": "public", "files": access},
            "files": {"enabled": True},
            "metadata": metadata,
        }


class _Part:
    """Some bytes of the zip, being sent."""

    def __init__(self, source: Any, length: int, parcel: Parcel) -> None:
        self._source, self._left, self._parcel = source, length, parcel

    def __iter__(self) -> _Part:
        return self

    def __next__(self) -> bytes:
        block: bytes = self._source.read(min(1 << 20, self._left))
        if not block:
            raise StopIteration
        self._left -= len(block)
        self._parcel.tick(len(block))
        return block


def _creator(agent: Agent) -> Json:
    if agent.kind != "person":
        return {"person_or_org": {"type": "organizational", "name": agent.name}}
    family, given = views.family_and_given(agent) or (agent.name, "")
    person = {"type": "personal", "family_name": family}
    return {"person_or_org": person | ({"given_name": given} if given else {})}


def _mark(record: Record, fingerprint: str) -> str:
    """By what a deposit is found again there: the package's name and its exact bytes."""
    return f"archive-pkg:{record.id}:{fingerprint[:32] or 'reserved'}"


def _today() -> str:
    """InvenioRDM demands the date of publication there; a draft's is that of its making."""
    from datetime import UTC, datetime

    return datetime.now(UTC).date().isoformat()


def _of_ours(draft: Json) -> Json:
    """Of a draft, what we say in it, as far as a server gives it back the same."""
    metadata = draft.get("metadata", {})
    return {
        "title": metadata.get("title"),
        "marks": [each["identifier"] for each in metadata.get("identifiers", [])],
        "publisher": metadata.get("publisher"),
    }


def _md5(file: Json) -> str | None:
    name, _, digest = str(file.get("checksum", "")).partition(":")
    return digest if name == "md5" and digest else None
