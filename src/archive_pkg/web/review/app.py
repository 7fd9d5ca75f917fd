"""The web application: render the pages of a review and apply the changes that they send."""

from __future__ import annotations

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
from archive_pkg.errors import ArchivePkgError, UsageError
from archive_pkg.messages import _, language, sentence
from archive_pkg.packages import is_bag, open_package, verify
from archive_pkg.packages.page import rendering
from archive_pkg.packages.page.letter import letter_page
from archive_pkg.packages.page.parts import image_type
from archive_pkg.records.display import label
from archive_pkg.reports import Report
from archive_pkg.web.review.adding_pages import AddingPages
from archive_pkg.web.review.arranging import Arrangement
from archive_pkg.web.review.cards import REVIEWED, addable, cards, findings_without_card
from archive_pkg.web.review.change_requests import ChangeRequest, selected_words
from archive_pkg.web.review.display import IMAGES, shown_files, shown_texts
from archive_pkg.web.review.inputs import inputs, proposed
from archive_pkg.web.review.list_pages import ListPages, known
from archive_pkg.web.review.listing import Selection
from archive_pkg.web.review.package_steps import STEPS, PackageRunner
from archive_pkg.web.review.record_editor import RecordChangedError, RecordEditor
from archive_pkg.web.review.responses import (
    Speaking,
    error_response,
    for_reader,
    page,
    request_data,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from archive_pkg.web.review.opened_folder import OpenedFolder

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
        language: The language of the pages; None for that of the browser, or else of the project.
        base: The path prefix of all addresses of the review.
        list_pages: The list of letters.
        adding_pages: The page on which files are added.
    """

    folder: OpenedFolder
    reviewer: Reviewer
    stop: Callable[[], None] = field(default=lambda: None)
    language: str | None = None
    base: str = ""
    _runners: dict[str, PackageRunner] = field(default_factory=dict)
    list_pages: ListPages = field(init=False)
    adding_pages: AddingPages = field(init=False)

    def __post_init__(self) -> None:
        """Make the pages of the list and for adding files."""
        self.list_pages = ListPages(self)
        self.adding_pages = AddingPages(self, Arrangement(self.folder))

    def app(self) -> Speaking:
        """Return the application, which must be served behind `Guard`."""
        app = Starlette(
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
                *self.adding_pages.routes(),
                *self.list_pages.routes(),
                Route("/reviewer", self._name, methods=["POST"]),
                Route("/stop", self._stop, methods=["POST"]),
                Route("/static/{name}", _static),
            ],
            exception_handlers={ArchivePkgError: error_response},
        )
        return Speaking(app, self.language, self.folder.project.language)

    # Pages and steps.

    def _front(self, request: Request) -> Response:
        if self.folder.single and "all" not in request.query_params:
            return RedirectResponse(f"{self.base}/letters/{next(iter(self.folder.editors()))}", 303)
        return self.list_pages.response(Selection(**known(request.query_params)))

    def _next(self, request: Request) -> Response:
        """Redirect to the least certain letter, except the one that was just reviewed."""
        key = request.path_params["key"]
        entries = Selection().of(self.folder.entries(wait=True))
        others = [one for one in entries if one.key != key and one.needs_review]
        path = f"/letters/{others[0].key}" if others else "/?all"
        return RedirectResponse(f"{self.base}{path}", 303)

    async def _paste(self, request: Request) -> Response:
        text = str((await request_data(request)).get("text", ""))
        key = await run_in_threadpool(self.folder.paste, text)
        return JSONResponse({"address": f"{self.base}/letters/{key}"})

    async def _draft(self, request: Request) -> Response:
        key = str((await request_data(request)).get("key", ""))
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

    @for_reader
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
        return page(
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
            adding=(to_add | {"translation_notes.": label("translation_note")}).get(editing, ""),
            addable=to_add,
            labels=STATE_LABELS,
            to_review=sum(card.needs_review for card in shown),
            reviewed=sum(card.state in REVIEWED for card in shown),
            stated=sum(card.state != "open" for card in shown),
            message=message,
            **self._package_values(key, editor),
        )

    def runner(self, key: str, editor: RecordEditor) -> PackageRunner:
        """Return what runs the steps for a letter's package."""
        return self._runners.setdefault(
            key, PackageRunner(editor.file, self.folder.packages_of(editor), self.folder.project)
        )

    def _package_values(self, key: str, editor: RecordEditor) -> dict[str, Any]:
        """Return the values for the package section of the page."""
        runner = self.runner(key, editor)
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
        data = await request_data(request)
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
        return page("packing.html", base=self.base, key=key, snapshot=editor.read(), **packing)

    @for_reader
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
            raise UsageError(_("there is no such file"), _("Reload the page."))
        name = record.files[number]
        with storage.storage_errors(f"reading {name}"):
            stream = storage.open_beneath(editor.folder, name)
        stated = next(image_type(part) for part in record.parts if part.file == name)
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
        data = await request_data(request)
        return await run_in_threadpool(self._apply_change, key, do, data)

    def _apply_change(self, key: str, do: str, data: dict[str, Any]) -> Response:
        editor = self.folder.editor(key)
        digest, place = str(data.get("seen", "")), str(data.get("field", ""))
        try:
            if do in ("undo", "redo"):
                change_made = editor.undo(digest) if do == "undo" else editor.redo(digest)
                said = _("Redone: {change}.", change=change_made)
                if do == "undo":
                    said = _("Undone: {change}.", change=change_made)
                return self._letter_response(key, editor, message=said)
            change = ChangeRequest(do, data)
            if data.get("trial"):
                report = editor.trial(change.make, self.reviewer.name)
                return page("findings.html", base=self.base, field=place, report=report)
            report = editor.change(digest, change.make, self.reviewer.name)
        except RecordChangedError as error:
            return self._letter_response(key, editor, message=sentence(error.message), status=409)
        if not report.ok:
            given = data.get("values", {})
            message = _("Not saved. See the errors next to the field.")
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
        return self._letter_response(
            key, editor, message=_("Saved: {change}.", change=change.message)
        )

    async def _name(self, request: Request) -> Response:
        name = str((await request_data(request)).get("name", "")).strip()
        if not name:
            raise UsageError(_("the name is empty"), _("Enter the name for the record."))
        self.reviewer.name, self.reviewer.confirmed = name, True
        return JSONResponse({"name": name})

    async def _stop(self, request: Request) -> Response:
        self.stop()
        return JSONResponse({})

    @property
    def working(self) -> bool:
        """Whether a step of a package is running."""
        batch = self.list_pages.batch
        runs = any(runner.running for runner in self._runners.values())
        return runs or bool(batch and batch.running)

    def finish(self) -> None:
        """Wait until all running steps have ended, and remove files that were not added.

        A batch ends after its current letter.
        """
        self.adding_pages.arrangement.clear()
        if self.list_pages.batch:
            self.list_pages.batch.stop()
        for runner in self._runners.values():
            runner.wait()


# The policy of a letter's page. The sandbox separates the page from the review.
_PAGE_POLICY = "sandbox allow-scripts; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
STATE_LABELS = {
    "wrong": "error",
    "unread": "not read",
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


@for_reader
def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _STATIC:
        return Response("File not found.", 404)
    if name == "letter.css":
        text = rendering.asset(name)
    else:
        text = rendering.asset(f"review/{name}", "archive_pkg.web")
    if name == "review.js":
        text = rendering.script(f"review/{name}", "archive_pkg.web", language())
    return Response(text, media_type=_STATIC[name])
