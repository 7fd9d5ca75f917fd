"""The review application: pages for a browser, and the changes that it sends."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from archive_pkg.errors import ArchivePkgError, StorageError, UsageError
from archive_pkg.packages import is_bag, open_package, verify
from archive_pkg.packages.page.letter import letter_page
from archive_pkg.reports import Report
from archive_pkg.web.review.cards import ADDABLE, REVIEWED, cards, loose
from archive_pkg.web.review.desk import ChangedError, Desk, Seen
from archive_pkg.web.review.inputs import inputs, proposed
from archive_pkg.web.review.revising import Revision, Words
from archive_pkg.web.review.showing import environment, readings
from archive_pkg.web.review.work import STEPS, Workbench

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from archive_pkg.web.review.opened import Opened

_STATIC = {
    "letter.css": ("templates/letter.css", "text/css"),
    "review.css": ("templates/review/review.css", "text/css"),
    "review.js": ("templates/review/review.js", "text/javascript"),
    "text.js": ("templates/review/text.js", "text/javascript"),
    "patch.js": ("templates/review/patch.js", "text/javascript"),
}


@dataclass(slots=True)
class Reviewer:
    """Who reviews.

    Attributes:
        name: The name that stands with what they do.
        asked: Whether they have been asked for it, or have given it when they began.
    """

    name: str
    asked: bool = False


@dataclass(slots=True)
class Review:
    """A review: the opened folder and who looks at it.

    Attributes:
        opened: The folder.
        reviewer: Who reviews.
        stop: Called when the reviewer is done.
        base: The path that all addresses of the review begin with.
    """

    opened: Opened
    reviewer: Reviewer
    stop: Callable[[], None] = field(default=lambda: None)
    base: str = ""
    _benches: dict[str, Workbench] = field(default_factory=dict)

    def app(self) -> Starlette:
        """The application, which its guard stands before."""
        return Starlette(
            routes=[
                Route("/", self._front),
                Route("/letters/{key}", self._letter),
                Route("/letters/{key}/state", self._state),
                Route("/letters/{key}/package", self._package),
                Route("/letters/{key}/page", self._letter_page),
                Route("/letters/{key}/work", self._work, methods=["POST"]),
                Route("/next/{key}", self._next),
                Route("/paste", self._paste, methods=["POST"]),
                Route("/draft", self._draft, methods=["POST"]),
                Route("/letters/{key}/{do}", self._do, methods=["POST"]),
                Route("/reviewer", self._name, methods=["POST"]),
                Route("/stop", self._stop, methods=["POST"]),
                Route("/static/{name}", _static),
            ],
            exception_handlers={ArchivePkgError: _told},
        )

    # Pages.

    def _front(self, request: Request) -> Response:
        desks = self.opened.desks()
        if self.opened.single and "all" not in request.query_params:
            return RedirectResponse(f"{self.base}/letters/{next(iter(desks))}", 303)
        entries, waiting = self.opened.entries(), self.opened.waiting()
        return _page("front.html", base=self.base, review=self, entries=entries, waiting=waiting)

    def _next(self, request: Request) -> Response:
        """To the letter that is least sure, but for the one that was just reviewed."""
        key = request.path_params["key"]
        others = [one for one in self.opened.entries() if one.key != key and one.to_read]
        path = f"/letters/{others[0].key}" if others else "/?all"
        return RedirectResponse(f"{self.base}{path}", 303)

    async def _paste(self, request: Request) -> Response:
        text = str((await _asked(request)).get("text", ""))
        key = await run_in_threadpool(self.opened.paste, text)
        return JSONResponse({"address": f"{self.base}/letters/{key}"})

    async def _draft(self, request: Request) -> Response:
        key = str((await _asked(request)).get("key", ""))
        return JSONResponse({"key": await run_in_threadpool(self.opened.draft, key)})

    def _letter(self, request: Request) -> Response:
        key = request.path_params["key"]
        desk = self.opened.desk(key)
        return self._shown(
            key,
            desk,
            editing=request.query_params.get("edit", ""),
            place=request.query_params.get("at", ""),
        )

    def _shown(
        self,
        key: str,
        desk: Desk,
        *,
        editing: str = "",
        place: str = "",
        given: dict[str, Any] | None = None,
        report: Report | None = None,
        said: str = "",
        status: int = 200,
    ) -> Response:
        """A letter's page, with one card's form open where one is being edited."""
        seen = desk.look()
        made = cards(seen.record, seen.report) if seen.record else []
        at = _words_at(seen, place)
        if at and given is None:
            given = proposed(seen.record, editing, at.exact) if seen.record else {}
        form = inputs(seen.record, editing, given) if seen.record and editing else []
        return _page(
            "letter.html",
            base=self.base,
            status=status,
            review=self,
            key=key,
            desk=desk,
            seen=seen,
            readings=readings(seen),
            cards=made,
            loose=loose(seen.report, made),
            editing=editing,
            form=form,
            report=report or Report(),
            given=given or {},
            at={"place": place, "exact": at.exact} if at else None,
            adding=_NEW.get(editing, ""),
            addable=ADDABLE,
            words=IN_WORDS,
            to_read=sum(card.to_read for card in made),
            reviewed=sum(card.state in REVIEWED for card in made),
            stated=sum(card.state != "open" for card in made),
            said=said,
            **self._packing(key, desk),
        )

    def _packing(self, key: str, desk: Desk) -> dict[str, Any]:
        """What the page tells of the letter's package."""
        bench = self._benches.setdefault(key, Workbench(desk.file, self.opened.packages_of(desk)))
        seen = desk.look()
        there = seen.record is not None and is_bag(bench.out / seen.record.id)
        target = f"ocfl:{bench.out.parent / 'archive'}"
        steps = {name: bench.steps.get(name) for name in STEPS}
        return {"bench": bench, "steps": steps, "there": there, "target": target}

    def _package(self, request: Request) -> Response:
        key = request.path_params["key"]
        desk = self.opened.desk(key)
        return self._packing_page(key, desk)

    async def _work(self, request: Request) -> Response:
        asked = await _asked(request)
        return await run_in_threadpool(self._begun, request.path_params["key"], asked)

    def _begun(self, key: str, asked: dict[str, Any]) -> Response:
        desk = self.opened.desk(key)
        self._packing(key, desk)["bench"].begin(
            str(asked.get("step", "")),
            desk.look().digest,
            replace=asked.get("replace") is True,
            to=str(asked.get("to", "")),
        )
        return self._packing_page(key, desk)

    def _packing_page(self, key: str, desk: Desk) -> Response:
        packing = self._packing(key, desk)
        return _page("packing.html", base=self.base, key=key, seen=desk.look(), **packing)

    def _letter_page(self, request: Request) -> Response:
        key = request.path_params["key"]
        bench = self._packing(key, self.opened.desk(key))["bench"]
        package = open_package(bench.package)
        verification = verify(bench.package, jobs=1)
        page = letter_page(
            package.record,
            package.parts,
            verification=verification,
            checked_on=datetime.now(UTC).date().isoformat(),
        )
        return HTMLResponse(page, headers={"content-security-policy": _PAGE_POLICY})

    def _state(self, request: Request) -> Response:
        desk = self.opened.desk(request.path_params["key"])
        return JSONResponse({"seen": desk.look().digest})

    # Changes.

    async def _do(self, request: Request) -> Response:
        key, do = request.path_params["key"], request.path_params["do"]
        asked = await _asked(request)
        return await run_in_threadpool(self._done, key, do, asked)

    def _done(self, key: str, do: str, asked: dict[str, Any]) -> Response:
        desk = self.opened.desk(key)
        seen, place = str(asked.get("seen", "")), str(asked.get("field", ""))
        try:
            if do in ("undo", "redo"):
                told = desk.undo(seen) if do == "undo" else desk.redo(seen)
                word = "Undone" if do == "undo" else "Redone"
                return self._shown(key, desk, said=f"{word}: {told}.")
            change = Change(do, asked)
            if asked.get("trial"):
                report = desk.trial(change.make, self.reviewer.name)
                return _page("findings.html", base=self.base, field=place, report=report)
            report = desk.change(seen, change.make, self.reviewer.name)
        except ChangedError as error:
            return self._shown(key, desk, said=f"{error.message}.", status=409)
        if not report.ok:
            given = asked.get("values", {})
            said = "Not saved. See the errors next to the field."
            return self._shown(
                key,
                desk,
                editing=place,
                place=change.place,
                given=given,
                report=report,
                said=said,
                status=422,
            )
        return self._shown(key, desk, said=f"Saved: {change.told}.")

    async def _name(self, request: Request) -> Response:
        name = str((await _asked(request)).get("name", "")).strip()
        if not name:
            raise UsageError("the name is empty", "enter the name for the record")
        self.reviewer.name, self.reviewer.asked = name, True
        return JSONResponse({"name": name})

    async def _stop(self, request: Request) -> Response:
        self.stop()
        return JSONResponse({})

    @property
    def working(self) -> bool:
        """Whether a package is being built, or something else is going on."""
        return any(bench.running for bench in self._benches.values())

    def finish(self) -> None:
        """Wait until what was begun has ended."""
        for bench in self._benches.values():
            bench.wait()


class Change:
    """A change as the page asked for it."""

    def __init__(self, do: str, asked: dict[str, Any]) -> None:
        """Take what was asked for.

        Raises:
            UsageError: There is no such change.
        """
        if do not in ("accept", "correct", "rest", "annotate", "unknown", "remove"):
            raise UsageError(f"there is no change called {do}", "reload the page")
        self._do, self._asked = do, asked
        self.field, self.place = str(asked.get("field", "")), str(asked.get("at") or "")
        self.told = ""

    def make(self, revision: Revision, seen: Seen) -> str:
        """Make the change in a record; what was done, in words."""
        values, at = self._asked.get("values"), _words_at(seen, self.place)
        if not isinstance(values, dict):
            values = {}
        field = self.field
        if self._do == "accept":
            revision.accept(field)
        elif self._do == "unknown":
            revision.leave_unknown(field)
        elif self._do == "remove":
            revision.remove(field)
        elif self._do == "correct":
            field = revision.correct(field, values, at)
        elif at is None:
            raise UsageError("no words are selected", "select some words in the text first")
        elif self._do == "rest":
            revision.rest(field, at)
        else:
            field = revision.annotate(values, at)
        self.told = f"{field.replace('_', ' ').replace('.', ' ')} {_DONE[self._do]}"
        return self.told


def _words_at(seen: Seen, place: str) -> Words | None:
    """The words at a place that the page tells as "file:start:end".

    Raises:
        UsageError: They are not in the text.
    """
    if not place or seen.record is None:
        return None
    try:
        file, start, end = map(int, place.split(":"))
        name = seen.record.files[file]
        text = next(text.text for text in seen.texts if text.file == name)
        return Words(name, start, end, text).trimmed()
    except (LookupError, StopIteration, ValueError):
        raise UsageError("these words are not in the text", "reload the page") from None


# The page brings its own policy; it is shown as if it came from nowhere.
_PAGE_POLICY = "sandbox allow-scripts; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
IN_WORDS = {
    "wrong": "error",
    "guess": "guess",
    "probable": "probable",
    "open": "not stated",
    "unsaid": "unsourced",
    "certain": "certain",
    "supplied": "supplied",
    "reviewed": "reviewed",
    "unknown": "unknown",
}
"""The states of statements, for the reviewer."""
_NEW = ADDABLE | {"translation_notes.": "a note"}
_DONE = {
    "accept": "accepted",
    "correct": "entered",
    "rest": "now quotes the selected words",
    "annotate": "added",
    "unknown": "marked as unknown",
    "remove": "removed",
}


async def _asked(request: Request) -> dict[str, Any]:
    """What a request asks for."""
    try:
        asked = json.loads(await request.body())
        json.dumps(asked, ensure_ascii=False).encode()  # half a character has no bytes
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        raise UsageError("the request is not valid", "reload the page")
    return asked


def _page(template: str, *, base: str, status: int = 200, **context: Any) -> Response:
    return HTMLResponse(environment().get_template(template).render(base=base, **context), status)


def _told(request: Request, error: Exception) -> Response:
    """An error in words, for the page to show."""
    assert isinstance(error, ArchivePkgError)  # noqa: S101  what it is registered for
    status = 500 if isinstance(error, StorageError) else 404 if request.method == "GET" else 400
    if "text/html" in request.headers.get("accept", ""):
        return _page("error.html", base=request.scope["root_path"], status=status, error=error)
    return JSONResponse({"message": error.message, "hint": error.hint}, status)


def _static(request: Request) -> Response:
    known = _STATIC.get(request.path_params["name"])
    if known is None:
        return Response("File not found.", 404)
    return Response(_asset(known[0]), media_type=known[1])


@cache
def _asset(path: str) -> str:
    return (files("archive_pkg.web") / path).read_text(encoding="utf-8")
