"""The web application: render the pages of a review and apply the changes that they send."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

from archive_pkg import storage
from archive_pkg.errors import ArchivePkgError, StorageError, UsageError
from archive_pkg.packages import is_bag, open_package, verify
from archive_pkg.packages.page import rendering
from archive_pkg.packages.page.letter import letter_page
from archive_pkg.reports import Report, counted, some
from archive_pkg.web.review.arranging import FIELDS, KINDS, Arrangement, Proposal
from archive_pkg.web.review.batches import SITE, Batch, BatchItem
from archive_pkg.web.review.cards import REVIEWED, addable, cards, findings_without_card
from archive_pkg.web.review.change_requests import ChangeRequest, selected_words
from archive_pkg.web.review.display import IMAGES, environment, shown_files, shown_texts
from archive_pkg.web.review.inputs import inputs, proposed
from archive_pkg.web.review.listing import SORTED_BY, STATES, Selection
from archive_pkg.web.review.package_steps import STEPS, PackageRunner
from archive_pkg.web.review.record_editor import RecordChangedError, RecordEditor, RecordSnapshot
from archive_pkg.web.review.shared_values import VALUES, set_value
from archive_pkg.web.review.uploads import refuse_size

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from starlette.requests import Request

    from archive_pkg.web.review.opened_folder import OpenedFolder
    from archive_pkg.web.review.revision import Revision

    Failed = Sequence[tuple[str, ArchivePkgError]]

_STATIC = {
    "letter.css": "text/css",
    "review.css": "text/css",
    "review.js": "text/javascript",
    "text.js": "text/javascript",
    "patch.js": "text/javascript",
}


@dataclass(slots=True)
class Reviewer:
    """The person who reviews.

    Attributes:
        name: Their name, which the record gives as the agent of their changes.
        confirmed: Whether they have confirmed the name or given it at the start.
    """

    name: str
    confirmed: bool = False


@dataclass(slots=True)
class Review:
    """A review of a folder by one reviewer.

    Attributes:
        folder: The opened folder.
        reviewer: The reviewer.
        stop: A function that is called when the reviewer ends the review.
        base: The path prefix of all addresses of the review.
    """

    folder: OpenedFolder
    reviewer: Reviewer
    stop: Callable[[], None] = field(default=lambda: None)
    base: str = ""
    _runners: dict[str, PackageRunner] = field(default_factory=dict)
    _batch: Batch | None = None
    _arrangement: Arrangement | None = None

    def app(self) -> Starlette:
        """Return the application, which must be served behind `Guard`."""
        return Starlette(
            routes=[
                Route("/", self._front),
                Route("/letters/{key}", self._letter),
                Route("/letters/{key}/state", self._state),
                Route("/letters/{key}/package", self._package),
                Route("/letters/{key}/page", self._package_page),
                Route("/letters/{key}/files/{number:int}", self._file),
                Route("/letters/{key}/work", self._work, methods=["POST"]),
                Route("/next/{key}", self._next),
                Route("/paste", self._paste, methods=["POST"]),
                Route("/draft", self._draft, methods=["POST"]),
                Route("/letters/{key}/{do}", self._change, methods=["POST"]),
                Route("/files", self._upload, methods=["POST"]),
                Route("/add", self._show_arranged),
                Route("/add", self._add, methods=["POST"]),
                Route("/arrange", self._arrange, methods=["POST"]),
                Route("/values", self._values, methods=["POST"]),
                Route("/unread", self._unread),
                Route("/batch", self._show_batch),
                Route("/batch", self._start_batch, methods=["POST"]),
                Route("/reviewer", self._name, methods=["POST"]),
                Route("/stop", self._stop, methods=["POST"]),
                Route("/static/{name}", _static),
            ],
            exception_handlers={ArchivePkgError: _error_response},
        )

    # Pages and steps.

    def _front(self, request: Request) -> Response:
        if self.folder.single and "all" not in request.query_params:
            return RedirectResponse(f"{self.base}/letters/{next(iter(self.folder.editors()))}", 303)
        return self._list_response(Selection(**_known(request.query_params)))

    def _list_response(
        self, selection: Selection, message: str = "", status: int = 200
    ) -> Response:
        entries, undrafted = self.folder.letters()
        return _page(
            "front.html",
            base=self.base,
            status=status,
            review=self,
            entries=entries,
            shown=selection.of(entries)[:MOST_SHOWN],
            selection=selection,
            unread=sum(not entry.is_read for entry in entries),
            undrafted=undrafted,
            message=message,
            batch=self._batch,
            packaged=any(entry.is_packaged for entry in entries),
            target=f"ocfl:{self.folder.packages.parent / 'archive'}",
            orders=SORTED_BY,
            states=STATES,
            values=VALUES,
        )

    def _unread(self, request: Request) -> Response:
        return JSONResponse({"unread": self.folder.unread()})

    # Files that are added.

    @property
    def arrangement(self) -> Arrangement:
        """The files that were dropped into the page."""
        if self._arrangement is None:
            self._arrangement = Arrangement(self.folder)
        return self._arrangement

    async def _upload(self, request: Request) -> Response:
        """Receive a file. It is only added to a letter when the reviewer says so."""
        path, size = request.query_params.get("path", ""), 0
        with self.arrangement.uploads.receiving(path) as stream:
            async for chunk in request.stream():
                size += len(chunk)
                refuse_size(size)
                stream.write(chunk)
        if letter := request.query_params.get("letter", ""):
            self.arrangement.decide({"letters": {path: letter}})
        return JSONResponse({})

    def _show_arranged(self, request: Request) -> Response:
        return self._arranged()

    def _arranged(
        self, message: str = "", status: int = 200, failed: Failed = (), wrong: str = ""
    ) -> Response:
        """Render the proposal for the files."""
        entries = self.folder.entries(wait=True)
        try:
            proposal = self.arrangement.proposal(entries)
        except ArchivePkgError as error:
            proposal, wrong = Proposal([]), f"{self.arrangement.shown(error.message)}. {error.hint}"
        return _page(
            "add.html",
            base=self.base,
            status=status,
            review=self,
            arrangement=self.arrangement,
            proposal=proposal,
            known=[entry.record_id for entry in entries if entry.record_id],
            kinds=KINDS,
            fields=FIELDS,
            message=message,
            failed=failed,
            wrong=wrong,
        )

    async def _arrange(self, request: Request) -> Response:
        data = await _request_data(request)
        return await run_in_threadpool(self._decide, data)

    def _decide(self, data: dict[str, Any]) -> Response:
        if isinstance(dropped := data.get("remove"), str):
            self.arrangement.uploads.remove(dropped)
        elif data.get("clear"):
            self.arrangement.clear()
        else:
            self.arrangement.decide(data)
        return self._arranged()

    async def _add(self, request: Request) -> Response:
        data = await _request_data(request)
        return await run_in_threadpool(self._add_files, data)

    def _add_files(self, data: dict[str, Any]) -> Response:
        arrangement = self.arrangement
        arrangement.decide(data)
        try:
            proposal = arrangement.proposal(self.folder.entries(wait=True))
            message, failed = arrangement.add(proposal, self.reviewer.name)
        except ArchivePkgError as error:
            wrong = f"{self.arrangement.shown(error.message)}. {error.hint}"
            return self._arranged("Nothing was added.", 422, wrong=wrong)
        if failed:
            return self._arranged(f"{message} {len(failed):,} failed.", 422, failed)
        return self._list_response(Selection(), message)

    # Many letters.

    async def _values(self, request: Request) -> Response:
        return await run_in_threadpool(self._set_values, await _request_data(request))

    def _set_values(self, data: dict[str, Any]) -> Response:
        """Set a value in all selected letters."""
        name, value = str(data.get("name", "")), str(data.get("value", ""))
        changed = same = 0
        failed: list[str] = []
        for key in _keys(data):
            editor = self.folder.editor(key)

            def make(revision: Revision, snapshot: RecordSnapshot) -> str:
                set_value(revision, name, value, replace=data.get("replace") is True)
                return f"{VALUES[name].lower()} set"

            before = editor.read().digest
            report = editor.change(before, make, self.reviewer.name)
            if not report.ok:
                failed.append(f"{editor.path}: {report.errors[0].message}")
            elif editor.read().digest == before:
                same += 1
            else:
                changed += 1
        message = f"{counted(changed, 'letter')} changed."
        message += f" {same:,} already had a value, or have no part for it." if same else ""
        message += f" Not changed, because of errors: {some(failed)}." if failed else ""
        return self._list_response(Selection(), message, 422 if failed else 200)

    async def _start_batch(self, request: Request) -> Response:
        data = await _request_data(request)
        return await run_in_threadpool(self._start, data)

    def _start(self, data: dict[str, Any]) -> Response:
        step, to, before = str(data.get("step", "")), str(data.get("to", "")), self._batch
        if step == "stop" and before:
            before.stop()
            return self._batch_section()
        if before and before.running:
            raise UsageError("another step is still running", "Wait until it has ended.")
        if step == "deposit":  # only what the plan has shown
            if before is None or before.step != "plan":
                raise UsageError("there is no plan for this deposit", "Press Show plan first.")
            failed = {failure.key for failure in before.failures}
            items, to = [one for one in before.items if one.key not in failed], before.to
        elif step == "replace":  # only what the last build has shown
            step, items = "build", before.differing if before else []
        else:
            items = [] if step == SITE else [self._batch_item(key) for key in _keys(data)]
        self._batch = Batch(step, items, to, replace=data.get("step") == "replace")
        self._batch.start(self.folder.project, self.folder.packages)
        return self._batch_section()

    def _batch_item(self, key: str) -> BatchItem:
        editor = self.folder.editor(key)
        snapshot = editor.read()
        title = snapshot.record.title if snapshot.record else editor.path
        return BatchItem(key, title, snapshot.digest, self._package_values(key, editor)["runner"])

    def _show_batch(self, request: Request) -> Response:
        return self._batch_section()

    def _batch_section(self) -> Response:
        return _page("batching.html", base=self.base, batch=self._batch)

    def _next(self, request: Request) -> Response:
        """Redirect to the least certain letter, except the one that was just reviewed."""
        key = request.path_params["key"]
        entries = Selection().of(self.folder.entries(wait=True))
        others = [one for one in entries if one.key != key and one.needs_review]
        path = f"/letters/{others[0].key}" if others else "/?all"
        return RedirectResponse(f"{self.base}{path}", 303)

    async def _paste(self, request: Request) -> Response:
        text = str((await _request_data(request)).get("text", ""))
        key = await run_in_threadpool(self.folder.paste, text)
        return JSONResponse({"address": f"{self.base}/letters/{key}"})

    async def _draft(self, request: Request) -> Response:
        key = str((await _request_data(request)).get("key", ""))
        return JSONResponse({"key": await run_in_threadpool(self.folder.draft, key)})

    def _letter(self, request: Request) -> Response:
        key = request.path_params["key"]
        editor = self.folder.editor(key)
        return self._letter_response(
            key,
            editor,
            editing=request.query_params.get("edit", ""),
            place=request.query_params.get("at", ""),
        )

    def _letter_response(
        self,
        key: str,
        editor: RecordEditor,
        *,
        editing: str = "",
        place: str = "",
        given: dict[str, Any] | None = None,
        report: Report | None = None,
        message: str = "",
        status: int = 200,
    ) -> Response:
        """Render the page of a letter, with the form of the field that is being edited."""
        snapshot = editor.read()
        shown = cards(snapshot.record, snapshot.report) if snapshot.record else []
        at = selected_words(snapshot, place)
        if at and given is None:
            given = proposed(snapshot.record, editing, at.exact) if snapshot.record else {}
        form = inputs(snapshot.record, editing, given) if snapshot.record and editing else []
        to_add = addable(shown)
        return _page(
            "letter.html",
            base=self.base,
            status=status,
            review=self,
            key=key,
            editor=editor,
            snapshot=snapshot,
            texts=shown_texts(snapshot),
            files=shown_files(snapshot, editor.folder),
            cards=shown,
            unplaced=findings_without_card(snapshot.report, shown),
            editing=editing,
            form=form,
            report=report or Report(),
            given=given or {},
            at={"place": place, "exact": at.exact} if at else None,
            adding=(to_add | {"translation_notes.": "Translation note"}).get(editing, ""),
            addable=to_add,
            labels=STATE_LABELS,
            to_review=sum(card.needs_review for card in shown),
            reviewed=sum(card.state in REVIEWED for card in shown),
            stated=sum(card.state != "open" for card in shown),
            message=message,
            **self._package_values(key, editor),
        )

    def _package_values(self, key: str, editor: RecordEditor) -> dict[str, Any]:
        """Return the values for the package section of the page."""
        runner = self._runners.setdefault(
            key, PackageRunner(editor.file, self.folder.packages_of(editor), self.folder.project)
        )
        snapshot = editor.read()
        there = snapshot.record is not None and is_bag(runner.out / snapshot.record.id)
        target = f"ocfl:{runner.out.parent / 'archive'}"
        steps = {name: runner.steps.get(name) for name in STEPS}
        return {"runner": runner, "steps": steps, "there": there, "target": target}

    def _package(self, request: Request) -> Response:
        key = request.path_params["key"]
        editor = self.folder.editor(key)
        return self._package_section(key, editor)

    async def _work(self, request: Request) -> Response:
        data = await _request_data(request)
        return await run_in_threadpool(self._start_step, request.path_params["key"], data)

    def _start_step(self, key: str, data: dict[str, Any]) -> Response:
        editor = self.folder.editor(key)
        self._package_values(key, editor)["runner"].start(
            str(data.get("step", "")),
            editor.read().digest,
            replace=data.get("replace") is True,
            to=str(data.get("to", "")),
        )
        return self._package_section(key, editor)

    def _package_section(self, key: str, editor: RecordEditor) -> Response:
        packing = self._package_values(key, editor)
        return _page("packing.html", base=self.base, key=key, snapshot=editor.read(), **packing)

    def _package_page(self, request: Request) -> Response:
        key = request.path_params["key"]
        runner = self._package_values(key, self.folder.editor(key))["runner"]
        package = open_package(runner.package)
        verification = verify(runner.package, jobs=1)
        page = letter_page(
            package.record,
            package.parts,
            verification=verification,
            checked_on=datetime.now(UTC).date().isoformat(),
        )
        return HTMLResponse(page, headers={"content-security-policy": _PAGE_POLICY})

    def _file(self, request: Request) -> Response:
        """Send a file of a letter: an image to show, any other file to save."""
        editor = self.folder.editor(request.path_params["key"])
        record, number = editor.read().record, request.path_params["number"]
        if record is None or number >= len(record.files):
            raise UsageError("there is no such file", "Reload the page.")
        name = record.files[number]
        with storage.storage_errors(f"reading {name}"):
            stream = storage.open_beneath(editor.folder, name)
        stated = next(part.media_type for part in record.parts if part.file == name)
        kind = stated if stated in IMAGES else "application/octet-stream"
        saved = quote(name.rpartition("/")[2])
        shown = "inline" if stated in IMAGES else "attachment"
        headers = {"content-disposition": f"{shown}; filename*=UTF-8''{saved}"}
        chunks = iter(partial(stream.read, 1 << 20), b"")
        close = BackgroundTask(stream.close)
        return StreamingResponse(chunks, media_type=kind, headers=headers, background=close)

    def _state(self, request: Request) -> Response:
        editor = self.folder.editor(request.path_params["key"])
        return JSONResponse({"seen": editor.read().digest})

    # Changes.

    async def _change(self, request: Request) -> Response:
        key, do = request.path_params["key"], request.path_params["do"]
        data = await _request_data(request)
        return await run_in_threadpool(self._apply_change, key, do, data)

    def _apply_change(self, key: str, do: str, data: dict[str, Any]) -> Response:
        editor = self.folder.editor(key)
        digest, place = str(data.get("seen", "")), str(data.get("field", ""))
        try:
            if do in ("undo", "redo"):
                change_made = editor.undo(digest) if do == "undo" else editor.redo(digest)
                verb = "Undone" if do == "undo" else "Redone"
                return self._letter_response(key, editor, message=f"{verb}: {change_made}.")
            change = ChangeRequest(do, data)
            if data.get("trial"):
                report = editor.trial(change.make, self.reviewer.name)
                return _page("findings.html", base=self.base, field=place, report=report)
            report = editor.change(digest, change.make, self.reviewer.name)
        except RecordChangedError as error:
            return self._letter_response(key, editor, message=f"{error.message}.", status=409)
        if not report.ok:
            given = data.get("values", {})
            message = "Not saved. See the errors next to the field."
            return self._letter_response(
                key,
                editor,
                editing=place,
                place=change.place,
                given=given,
                report=report,
                message=message,
                status=422,
            )
        return self._letter_response(key, editor, message=f"Saved: {change.message}.")

    async def _name(self, request: Request) -> Response:
        name = str((await _request_data(request)).get("name", "")).strip()
        if not name:
            raise UsageError("the name is empty", "Enter the name for the record.")
        self.reviewer.name, self.reviewer.confirmed = name, True
        return JSONResponse({"name": name})

    async def _stop(self, request: Request) -> Response:
        self.stop()
        return JSONResponse({})

    @property
    def working(self) -> bool:
        """Whether a step of a package is running."""
        runs = any(runner.running for runner in self._runners.values())
        return runs or bool(self._batch and self._batch.running)

    def finish(self) -> None:
        """Wait until all running steps have ended, and remove files that were not added.

        A batch ends after its current letter.
        """
        if self._arrangement:
            self._arrangement.clear()
        if self._batch:
            self._batch.stop()
        for runner in self._runners.values():
            runner.wait()


MOST_SHOWN = 2000
"""The largest number of letters that the list shows at once."""
_SELECTED_BY = ("sort", "words", "state", "missing")


def _known(params: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters of an address that select letters of the list."""
    return {name: params[name] for name in _SELECTED_BY if name in params}


def _keys(data: dict[str, Any]) -> list[str]:
    """Return the keys of the selected letters."""
    keys = data.get("keys")
    if not isinstance(keys, list) or not keys:
        raise UsageError("no letter is selected", "Select letters in the list first.")
    return list(map(str, keys))


# The policy of a letter's page. The sandbox separates the page from the review.
_PAGE_POLICY = "sandbox allow-scripts; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
STATE_LABELS = {
    "wrong": "error",
    "guess": "guess",
    "probable": "probable",
    "open": "not stated",
    "unsourced": "unsourced",
    "certain": "certain",
    "supplied": "supplied",
    "reviewed": "reviewed",
    "unknown": "unknown",
}
"""The labels of the states of cards."""


async def _request_data(request: Request) -> dict[str, Any]:
    """Return the JSON object of a request."""
    try:
        data = json.loads(await request.body())
        json.dumps(data, ensure_ascii=False).encode()  # rejects lone surrogates
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise UsageError("the request is not valid", "Reload the page.")
    return data


def _page(template: str, *, base: str, status: int = 200, **context: Any) -> Response:
    return HTMLResponse(environment().get_template(template).render(base=base, **context), status)


def _error_response(request: Request, error: Exception) -> Response:
    """Return a response that shows an error."""
    assert isinstance(error, ArchivePkgError)  # noqa: S101  registered for this class only
    status = 500 if isinstance(error, StorageError) else 404 if request.method == "GET" else 400
    if "text/html" in request.headers.get("accept", ""):
        return _page("error.html", base=request.scope["root_path"], status=status, error=error)
    return JSONResponse({"message": error.message, "hint": error.hint}, status)


def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _STATIC:
        return Response("File not found.", 404)
    if name == "letter.css":
        text = rendering.asset(name)
    else:
        text = rendering.asset(f"review/{name}", "archive_pkg.web")
    return Response(text, media_type=_STATIC[name])
