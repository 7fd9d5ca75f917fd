"""`dataverse+https://HOST/COLLECTION?contact=EMAIL`: Dataverse, by its native API.

A package becomes a draft dataset in the collection, with one zip. The draft is published only with
`--publish`. Dataverse unpacks every zip, but not a zip inside a zip, so the zip is sent inside a
second one. The address has more options: `subject=…` (a term of Dataverse's list; the default is
"Arts and Humanities"), `creators=editors` and `access=restricted`. The latter puts the zip under an
embargo until the day on which all parts are open, or restricts the zip if there is no such day.

Written from the API's documentation (Dataverse 6); not tried against a live server.
"""

from __future__ import annotations

import json
import re
import secrets
import zipfile
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from archive_pkg import storage
from archive_pkg.deposits import credentials
from archive_pkg.deposits.http.client import HttpClient
from archive_pkg.deposits.merging_edits import Merged, keep_description, last_description, merged
from archive_pkg.deposits.receipts import Arrival
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
from archive_pkg.deposits.transfers import BLOCK, Transfer
from archive_pkg.deposits.zips import RestrictingRepository, Upload, zip_name, zipped
from archive_pkg.errors import DepositError, UsageError
from archive_pkg.interchange.exporting import dataverse
from archive_pkg.messages import _
from archive_pkg.reports import Location

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from archive_pkg.deposits.http.answers import Shape
    from archive_pkg.deposits.journal import Journal

Json = dict[str, Any]

_OPTIONS = {
    "contact": (),
    "subject": (),
    "access": ("public", "restricted"),
    "creators": ("senders", "editors"),
}
_DESCRIPTION = "A letter's package: a bag (RFC 8493), zipped."


_FILE = {
    "filename": str,
    "id": int,
    "md5?": str,
    "checksum?": {"type?": str, "value?": str},
    "embargo?": {"dateAvailable?": str},
}
_DATASET = {"latestVersion": {"versionState?": str, "files?": [{"dataFile": _FILE}]}}
_FOUND = {"items?": [{"global_id": str}]}


class Dataverse(RestrictingRepository):
    """The repository behind `dataverse+https://`."""

    kind = "dataverse"

    def __init__(self, address: str) -> None:
        """Read the address; its path is the collection's alias."""
        parts = credentials.split_address(address)
        self._options = options_of(address, parts.query, _OPTIONS)
        self._collection = parts.path.strip("/")
        if not self._collection or "/" in self._collection or parts.username:
            shown = credentials.without_secret(address)
            raise UsageError(
                _("{shown} is not the address of a Dataverse collection", shown=shown),
                _("Write dataverse+https://HOST/COLLECTION?contact=EMAIL."),
            )
        self._name = credentials.server_name(parts)
        self._site = f"https://{parts.netloc}"
        token = credentials.find_token(self._name)
        self._login = {"X-Dataverse-key": str(token)} if token else {}
        # Options after the ? do not change the target.
        self.target = f"dataverse+{self._site}/{self._collection}"
        self._web = HttpClient(f"{self._site}/api", self.target, self._name, self._login)

    def capabilities(self) -> Capabilities:
        """See `Repository`: one zip; the server states its MD5 and has drafts."""
        return Capabilities(
            packaging="zip",
            digest="md5",
            publishes=True,
            open_to_all=not self._is_restricting,
            restricting="access=restricted",
            needs_record=True,
        )

    def plan(self, transfer: Transfer, *, publish: bool) -> DepositPlan:
        """Plan the deposit, and report what prevents it; see `Repository`."""
        plan = DepositPlan(
            (
                PlannedFile(
                    zip_name(transfer.identifier), transfer.size, "the files of a draft dataset"
                ),
            ),
            steps=(
                self._first_step(transfer),
                "send the package as one zip (within a zip, which is unpacked there), and "
                "compare the server's MD5 with ours",
                *self._restriction(transfer),
                "PUBLISH it, which cannot be undone" if publish else "leave it as a draft",
            ),
        )
        if not self._login:
            plan.report.add(login_lacking(self.target, self._name))
        where = Location("data/record.json")
        self._report_traces(transfer, plan.report)
        record = self._public_record(transfer)
        self._report_no_sender(transfer, plan.report, "a dataset must have an author")
        if not record.summary:
            message = _("the record has no summary, but a dataset must have a description")
            plan.report.add(TARGET_NEEDS_METADATA.at(where, message))
        if not self._options.get("contact"):
            message = _("a dataset must have a contact")
            hint = _("Add ?contact=EMAIL to the address.")
            plan.report.add(TARGET_NEEDS_METADATA.at(Location(self.target), message, hint))
        return plan

    def _first_step(self, transfer: Transfer) -> str:
        """Return the first step of a deposit according to the receipts."""
        same, other = earlier_deposits(transfer)
        if same:
            return (
                f"compare with {same}, which a receipt names; make it again only if it was a draft "
                "and someone deleted it"
            )
        if other:
            return (
                f"update the dataset {other} in a draft (the next version if it is published); "
                "keep the fields that were edited there"
            )
        return f"make a draft dataset in the collection {self._collection}"

    def deposit(self, transfer: Transfer, journal: Journal, *, publish: bool) -> Stored:
        """Make a dataset, send the zip, compare its digest, publish if asked; see `Repository`."""
        with zipped(transfer, journal) as sent:
            name, vanished = self._place(transfer, journal), ""
            dataset = self._dataset(name)
            if dataset is None:
                refuse_withdrawn(self.target, name, transfer, journal)
                journal.undo("dataset")
                name, vanished = self._place(transfer, journal, vanished=name), name
                dataset = self._dataset(name)
            journal.begin("place", remote_id=name)
            if dataset is None:
                raise LostError(
                    _(
                        "{target} does not show the dataset {name} that it created",
                        target=self.target,
                        name=name,
                    )
                )
            dataset, kept, notes = self._describe(name, dataset, sent, transfer, journal)
            notes = (*begun_again(vanished), *notes)
            file, new = self._file(dataset, sent), False
            if file is None:
                self._send(name, sent, transfer, journal)
                dataset, new = self._dataset(name) or dataset, True
                file = self._file(dataset, sent)
            asked = self._asks_access(journal)
            stored = self._stored(name, dataset, file, sent, new=new)
            other = self._other_values(dataset, transfer)
            if stored.state == "published":
                state = (*state_differences(published=True, publish=publish), *other)
                differences = self._differences(dataset, sent, transfer) if asked else ()
                return replace(stored, differences=(*state, *differences))
            if self._is_restricting and file is not None:
                dataset = self._restricted(name, dataset, sent, transfer)
                stored = self._stored(name, dataset, self._file(dataset, sent), sent, new=new)
            access = self._differences(dataset, sent, transfer) if asked else ()
            if differences := (*access, *other):
                raise DepositError(
                    _(
                        "the draft {name} in {target} is not as requested: {differences}",
                        name=name,
                        target=self.target,
                        differences="; ".join(differences),
                    ),
                    _(
                        "It was not published. Change it in the repository, or set the value "
                        "in the address."
                    ),
                )
            stored = replace(
                stored, notes=notes, answer=_answer_with_description(stored, transfer, journal)
            )
            is_intact = all(each.stored == each.expected for each in stored.files)
            if publish and kept:
                kept = (
                    *kept,
                    "It was not published. Deposit again to publish it as it is in the repository.",
                )
            if kept or not publish or not is_intact:
                return replace(stored, differences=kept)
            journal.begin("publish")
            self._ask("POST", f"datasets/:persistentId/actions/:publish?{_id(name)}&type=major")
            journal.done("publish")
            stored = self._stored(name, self._dataset(name) or dataset, file, sent, new=True)
            return replace(
                stored, notes=notes, answer=_answer_with_description(stored, transfer, journal)
            )

    def _restricted(self, name: str, dataset: Json, sent: Upload, transfer: Transfer) -> Json:
        """Restrict the zip in a draft, or put it under its embargo; return the new dataset."""
        entry, until = self._entry(dataset, sent), self._embargo(transfer)
        if entry is None or not self._differences(dataset, sent, transfer):
            return dataset
        number = entry["dataFile"]["id"]
        if until:
            embargo = {"dateAvailable": until, "reason": self._rules(transfer), "fileIds": [number]}
            where = f"datasets/:persistentId/files/actions/:set-embargo?{_id(name)}"
            hint = _("Ask whether this installation allows embargoes of this length.")
            self._web.ask("POST", where, data=embargo, hint=hint)
        else:
            self._web.ask("PUT", f"files/{number}/restrict", data=True)
        return self._dataset(name) or dataset

    def _differences(self, dataset: Json, sent: Upload, transfer: Transfer) -> tuple[str, ...]:
        """Return sentences on how the access to the zip differs from the requested one."""
        entry = self._entry(dataset, sent)
        if entry is None:
            return ()
        embargo = (entry["dataFile"].get("embargo") or {}).get("dateAvailable", "")
        is_shut = bool(entry.get("restricted"))
        until = self._embargo(transfer)
        found = []
        if is_shut != (self._is_restricting and not until):
            found.append(f"the zip is {'restricted' if is_shut else 'not restricted'}")
        return (*found, *self._other_embargo(transfer, embargo))

    def _other_values(self, dataset: Json, transfer: Transfer) -> tuple[str, ...]:
        """Return clauses about values that differ from the options of the address."""
        ours, there = _fields_of(self._described(transfer)), _fields_of(dataset["latestVersion"])
        found = []
        for option, name in (("subject", "subject"), ("creators", "author")):
            held, wanted = _in_words(there.get(name)), _in_words(ours.get(name))
            if option in self._options and held != wanted:
                found.append(f"{name} is {held or 'empty'}, not {wanted}")
        return tuple(found)

    def status(self, remote_id: str, version: str) -> Status:
        """Return whether the dataset is published, a draft or absent; see `Repository`."""
        dataset = self._dataset(remote_id)
        if dataset is None:
            return Status("absent", f"{self.target} does not show the dataset {remote_id}")
        latest = dataset["latestVersion"]
        released = latest.get("versionState") == "RELEASED"
        return Status("published" if released else "draft", str(latest.get("versionState")), latest)

    def _ask(self, method: str, path: str, shape: Shape = dict, **options: Any) -> Json:
        data: Json = self._web.ask(method, path, **options).json({"data": shape})["data"]
        return data

    def _place(self, transfer: Transfer, journal: Journal, vanished: str = "") -> str:
        """Return the id of the dataset for a package, creating a draft if necessary.

        `vanished` is the id of a deleted dataset, which receipts and searches may still name.
        """
        made = journal.outcome("dataset")
        if made:
            return str(made["id"])
        mark = _mark(transfer)
        for receipt in reversed(transfer.earlier):
            if receipt.fingerprint == transfer.fingerprint and receipt.remote_id != vanished:
                self._refuse_strange(receipt.remote_id, transfer)
                return receipt.remote_id
        for receipt in reversed(transfer.earlier):
            if receipt.remote_id != vanished and (
                receipt.state == "published" or self._dataset(receipt.remote_id) is not None
            ):
                self._refuse_strange(receipt.remote_id, transfer)
                return str(journal.done("dataset", id=receipt.remote_id)["id"])
        if journal.begun("dataset"):
            # The answer to an earlier request was lost, but the draft may exist.
            quoted = quote(f'"{mark}"', safe="")
            found = self._ask("GET", f"search?type=dataset&q={quoted}", _FOUND)
            for item in found.get("items") or []:
                if item["global_id"] == vanished:
                    continue  # searches can show deleted datasets for a while
                self._refuse_strange(item["global_id"], transfer)
                return str(journal.done("dataset", id=item["global_id"])["id"])
        journal.begin("dataset", mark=mark)
        body = {"datasetVersion": self._described(transfer)}
        try:
            path = f"dataverses/{quote(self._collection)}/datasets"
            hint = _(
                "Check that {collection} is the alias of a collection to which you may add.",
                collection=self._collection,
            )
            reply = self._ask("POST", path, {"persistentId": str}, data=body, hint=hint)
        except LostError:
            raise
        except DepositError:
            journal.undo("dataset")
            raise
        made = journal.done("dataset", id=reply["persistentId"])
        self._keep(body["datasetVersion"], self._dataset(made["id"]), journal)
        return str(made["id"])

    def _describe(
        self, name: str, dataset: Json, sent: Upload, transfer: Transfer, journal: Journal
    ) -> tuple[Json, tuple[str, ...], tuple[str, ...]]:
        """Update a dataset that was made for a different version of the package.

        If the dataset is published, this makes a draft of its next version. The old zip is removed
        from the draft; files that people added stay. Return the new state of the dataset, the edits
        that were kept, and the notes for the user.
        """
        there = dataset["latestVersion"]
        done = Merged({})
        is_described = _mark(transfer) in json.dumps(there, ensure_ascii=False)
        is_draft = there.get("versionState") == "DRAFT"
        if not is_described or (is_draft and self._other_values(dataset, transfer)):
            ours = self._described(transfer)
            new, said = _fields_of(ours), _fields_of(there)
            last = last_description(transfer, journal)
            others = [
                each for each in said.pop("otherId", {}).get("value", ()) if not _is_own(each)
            ]
            before = (last or {}).get("sent", {}).get("otherId", {}).get("value", ())
            own = dict(new.pop("otherId"))
            done = merged(new, said, last, quiet=("datasetContact",))
            known = [_value_of(each) for each in (*own["value"], *before)]
            added = [each for each in others if _value_of(each) not in known]
            own["value"] = [*own["value"], *added]
            body = _version_of(done.fields | {"otherId": own}, there)
            path = f"datasets/:persistentId/versions/:draft?{_id(name)}"
            self._ask("PUT", path, data=body)
            dataset = self._dataset(name) or dataset
            self._keep(ours, dataset, journal, done.edited)
        old = [
            each["dataFile"]["id"]
            for each in dataset["latestVersion"].get("files") or []
            if each["dataFile"]["filename"] == sent.item.path and _md5(each["dataFile"]) != sent.md5
        ]
        if old and dataset["latestVersion"].get("versionState") == "DRAFT":
            for number in old:
                self._web.ask("DELETE", f"files/{number}", expect={200, 204, 404})
            dataset = self._dataset(name) or dataset
        return dataset, done.kept, done.replaced

    def _keep(
        self,
        sent: Json,
        dataset: Json | None,
        journal: Journal,
        edited: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        """Record the description that was sent, and the description that the server then had."""
        held = (_fields_of(dataset["latestVersion"]) if dataset else {}) | dict(edited)
        keep_description(journal, _fields_of(sent), held)

    def _refuse_strange(self, name: str, transfer: Transfer) -> None:
        """Refuse a dataset that was not made for this record's packages.

        Raises:
            DepositError: The dataset does not have the mark of a package of this record.
        """
        dataset = self._dataset(name)
        mark = rf"{re.escape(transfer.identifier)} [0-9a-f]{{32}}"
        if dataset is not None and not re.search(mark, json.dumps(dataset, ensure_ascii=False)):
            raise DepositError(
                _(
                    "the dataset {name} in {target} was not made for {identifier}, but a "
                    "receipt or the search there names it",
                    name=name,
                    target=self.target,
                    identifier=transfer.identifier,
                ),
                _("Nothing was sent. Remove the receipt, or the dataset."),
            )

    def _dataset(self, name: str) -> Json | None:
        path = f"datasets/:persistentId/?{_id(name)}"
        reply = self._web.ask("GET", path, expect={200, 404})
        if reply.status != 200:
            return None
        found: Json = reply.json({"data": _DATASET})["data"]
        return found

    def _file(self, dataset: Json, sent: Upload) -> Json | None:
        entry = self._entry(dataset, sent)
        return entry["dataFile"] if entry else None

    def _entry(self, dataset: Json, sent: Upload) -> Json | None:
        """Return the entry of the zip in a dataset; None if the dataset does not have the zip."""
        for each in dataset["latestVersion"].get("files") or []:
            entry: Json = each
            file = entry["dataFile"]
            if file["filename"] == sent.item.path and _md5(file) == sent.md5:
                return entry
        return None

    def _send(self, name: str, sent: Upload, transfer: Transfer, journal: Journal) -> None:
        outer = sent.path.with_suffix(".outer")
        with zipfile.ZipFile(outer, "w", zipfile.ZIP_STORED) as archive:
            archive.write(sent.path, sent.item.path)
        form = _Form(outer, transfer)
        journal.begin("send")
        try:
            self._ask(
                "POST",
                f"datasets/:persistentId/add?{_id(name)}",
                content=iter(form),
                length=form.length,
                headers={"Content-Type": f"multipart/form-data; boundary={form.boundary}"},
            )
        finally:
            outer.unlink(missing_ok=True)
        journal.done("send")

    def _contents(self, remote_id: str) -> Mapping[str, str]:
        dataset = self._dataset(remote_id)
        if dataset is None:
            raise DepositError(
                _(
                    "{target} does not show the dataset {remote_id}",
                    target=self.target,
                    remote_id=remote_id,
                )
            )
        files = [each["dataFile"] for each in dataset["latestVersion"].get("files") or []]
        return {file["filename"]: f"access/datafile/{file['id']}" for file in files}

    def _stored(
        self, name: str, dataset: Json, file: Json | None, sent: Upload, *, new: bool
    ) -> Stored:
        latest = dataset["latestVersion"]
        released = latest.get("versionState") == "RELEASED"
        number = latest.get("versionNumber")
        return Stored(
            remote_id=name,
            version=f"v{number}.{latest.get('versionMinorNumber', 0)}" if number else "",
            location=f"{self._site}/dataset.xhtml?{_id(name)}",
            files=(
                Arrival(
                    path=sent.item.path,
                    size=sent.item.size,
                    sha256=sent.item.sha256,
                    algorithm="md5",
                    expected=sent.md5,
                    stored=_md5(file) if file else None,
                ),
            ),
            verified="server-digest",
            new=new,
            state="published" if released else "draft",
            pid=name,
            status_url=f"{self._site}/api/datasets/:persistentId/?{_id(name)}",
            answer={"dataset": dataset},
        )

    def _described(self, transfer: Transfer) -> Json:
        """Return the record as Dataverse's metadata, with the mark of this deposit."""
        given = {"Contact-Email": self._options["contact"]}
        given |= {"Subject": self._options["subject"]} if "subject" in self._options else {}
        if name := self.project.settings.contact.name:
            given["Contact-Name"] = name
        version = dataverse.describe(self._public_record(transfer), self._context(given=given))
        if self._is_restricting:
            # A dataset with restricted files must have terms of access.
            version["termsOfAccess"] = self._rules(transfer) or "On request."
        fields = version["metadataBlocks"]["citation"]["fields"]
        (others,) = [field for field in fields if field["typeName"] == "otherId"]
        others["value"].append({"otherIdValue": _primitive("otherIdValue", _mark(transfer))})
        return version


def _mark(transfer: Transfer) -> str:
    """Return the identifier by which a deposit is found again: record id and fingerprint."""
    return f"{transfer.identifier} {transfer.fingerprint[:32]}"


def _in_words(field: Json | None) -> str:
    """Return the values of a field; of authors, only their names."""
    values = (field or {}).get("value") or ()
    return "; ".join(
        str(each["authorName"]["value"]) if isinstance(each, dict) else str(each) for each in values
    )


_TERMS = ("license", "termsOfUse", "termsOfAccess")


def _fields_of(version: Json) -> Json:
    """Return the fields of the citation block and the terms of a version, by name."""
    block = (version.get("metadataBlocks") or {}).get("citation") or {}
    terms = {name: version[name] for name in _TERMS if version.get(name)}
    return {field["typeName"]: field for field in block.get("fields") or ()} | terms


def _version_of(fields: Json, there: Json) -> Json:
    """Return the next version of a dataset: with these fields, and all other blocks of `there`."""
    terms = {name: fields[name] for name in _TERMS if name in fields}
    if "license" in terms:
        terms.pop("termsOfUse", None)  # Dataverse takes one of the two
    citation = {"fields": [field for name, field in fields.items() if name not in _TERMS]}
    blocks = (there.get("metadataBlocks") or {}) | {"citation": citation}
    return {"metadataBlocks": blocks} | terms


def _value_of(other: Json) -> str:
    return str((other.get("otherIdValue") or {}).get("value", ""))


def _is_own(other: Json) -> bool:
    """Return whether an identifier in the dataset has the form of `_mark`."""
    return bool(re.fullmatch(r"\S+ [0-9a-f]{32}", _value_of(other)))


def _answer_with_description(stored: Stored, transfer: Transfer, journal: Journal) -> Json:
    """Return the server's answer, with the last description, to recognize edits later."""
    return {**stored.answer, "described": last_description(transfer, journal)}


class _Form:
    """A multipart form with one file, as a stream of known length (RFC 7578)."""

    def __init__(self, path: Path, transfer: Transfer) -> None:
        self.boundary = secrets.token_hex(16)
        self._path, self._tick = path, transfer.tick
        about = f'{{"description": "{_DESCRIPTION}", "tabIngest": "false"}}'
        self._before = (
            f'--{self.boundary}\r\nContent-Disposition: form-data; name="jsonData"\r\n\r\n'
            f"{about}\r\n--{self.boundary}\r\n"
            'Content-Disposition: form-data; name="file"; filename="package.zip"\r\n'
            "Content-Type: application/zip\r\n\r\n"
        ).encode()
        self._after = f"\r\n--{self.boundary}--\r\n".encode()
        self.length = len(self._before) + path.stat().st_size + len(self._after)

    def __iter__(self) -> Iterator[bytes]:
        yield self._before
        with storage.open_regular(self._path) as file:
            while block := file.read(BLOCK):
                self._tick(len(block))
                yield block
        yield self._after


def _id(name: str) -> str:
    return f"persistentId={quote(name, safe=':/')}"


def _md5(file: Json) -> str | None:
    checksum = file.get("checksum") or {}
    if checksum.get("type") == "MD5":
        return str(checksum["value"])
    return file.get("md5")


def _primitive(name: str, value: str) -> Json:
    return {"typeName": name, "typeClass": "primitive", "multiple": False, "value": value}
