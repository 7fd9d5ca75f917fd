"""The list of letters of a review, and what the reviewer does with many of them at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.routing import Route

from archive_pkg.dates.date_words import in_words
from archive_pkg.errors import UsageError
from archive_pkg.messages import _, plural, sentences
from archive_pkg.reports import some
from archive_pkg.web.review.batches import SITE, Batch, BatchItem
from archive_pkg.web.review.listing import SORTED_BY, STATES, Selection
from archive_pkg.web.review.responses import for_reader, page, reader_language, request_data
from archive_pkg.web.review.shared_values import VALUES, set_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from archive_pkg.web.review.app import Review
    from archive_pkg.web.review.record_editor import RecordSnapshot
    from archive_pkg.web.review.revision import Revision

MOST_SHOWN = 2000
"""The largest number of letters that the list shows at once."""
_SELECTED_BY = ("sort", "words", "state", "missing")


def known(params: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters of an address that select letters of the list."""
    return {name: params[name] for name in _SELECTED_BY if name in params}


@dataclass(slots=True)
class ListPages:
    """Answers the requests of the list.

    Attributes:
        review: The review.
        batch: The last step for many letters; None if there was none.
    """

    review: Review
    batch: Batch | None = None

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/values", self._values, methods=["POST"]),
            Route("/unread", self._unread),
            Route("/batch", self._show_batch),
            Route("/batch", self._start_batch, methods=["POST"]),
        ]

    @for_reader
    def response(self, selection: Selection, message: str = "", status: int = 200) -> Response:
        """Render the list."""
        entries, undrafted = self.review.folder.letters()
        return page(
            "front.html",
            base=self.review.base,
            status=status,
            review=self.review,
            entries=entries,
            shown=selection.of(entries)[:MOST_SHOWN],
            selection=selection,
            unread=sum(not entry.is_read for entry in entries),
            undrafted=undrafted,
            message=message,
            batch=self.batch,
            packaged=any(entry.is_packaged for entry in entries),
            target=f"ocfl:{self.review.folder.packages.parent / 'archive'}",
            orders=SORTED_BY,
            states=STATES,
            values=VALUES,
            in_words=in_words,
        )

    def _unread(self, request: Request) -> Response:
        return JSONResponse({"unread": self.review.folder.unread()})

    async def _values(self, request: Request) -> Response:
        return await run_in_threadpool(self._set_values, await request_data(request))

    def _set_values(self, data: dict[str, Any]) -> Response:
        """Set a value in all selected letters."""
        name, value = str(data.get("name", "")), str(data.get("value", ""))
        changed = same = 0
        failed: list[str] = []
        for key in _keys(data):
            editor = self.review.folder.editor(key)

            def make(revision: Revision, snapshot: RecordSnapshot) -> str:
                set_value(revision, name, value, replace=data.get("replace") is True)
                return _("{field} set", field=VALUES[name].lower())

            before = editor.read().digest
            report = editor.change(before, make, self.review.reviewer.name)
            if not report.ok:
                failed.append(f"{editor.path}: {report.errors[0].message}")
            elif editor.read().digest == before:
                same += 1
            else:
                changed += 1
        said = [plural("{n:,} letter changed.", "{n:,} letters changed.", changed)]
        if same:
            said.append(
                plural(
                    "{n:,} already had a value, or has no part for it.",
                    "{n:,} already had a value, or have no part for it.",
                    same,
                )
            )
        if failed:
            said.append(_("Not changed, because of errors: {letters}.", letters=some(failed)))
        return self.response(Selection(), sentences(said), 422 if failed else 200)

    async def _start_batch(self, request: Request) -> Response:
        data = await request_data(request)
        return await run_in_threadpool(self._start, data)

    def _start(self, data: dict[str, Any]) -> Response:
        step, to, before = str(data.get("step", "")), str(data.get("to", "")), self.batch
        if step == "stop" and before:
            before.stop()
            return self._batch_section()
        if before and before.running:
            raise UsageError(_("another step is still running"), _("Wait until it has ended."))
        if step == "deposit":  # only what the plan has shown
            if before is None or before.step != "plan":
                raise UsageError(
                    _("there is no plan for this deposit"), _("Press Show plan first.")
                )
            failed = {failure.key for failure in before.failures}
            items, to = [one for one in before.items if one.key not in failed], before.to
        elif step == "replace":  # only what the last build has shown
            step, items = "build", before.differing if before else []
        else:
            items = [] if step == SITE else [self._batch_item(key) for key in _keys(data)]
        self.batch = Batch(step, items, to, replace=data.get("step") == "replace")
        project = self.review.folder.project
        if step == SITE and not project.settings.language:
            project = project.in_language(reader_language())
        self.batch.start(project, self.review.folder.packages)
        return self._batch_section()

    def _batch_item(self, key: str) -> BatchItem:
        editor = self.review.folder.editor(key)
        snapshot = editor.read()
        title = snapshot.record.title if snapshot.record else editor.path
        return BatchItem(key, title, snapshot.digest, self.review.runner(key, editor))

    def _show_batch(self, request: Request) -> Response:
        return self._batch_section()

    def _batch_section(self) -> Response:
        return page("batching.html", base=self.review.base, batch=self.batch)


def _keys(data: dict[str, Any]) -> list[str]:
    """Return the keys of the selected letters."""
    keys = data.get("keys")
    if not isinstance(keys, list) or not keys:
        raise UsageError(_("no letter is selected"), _("Select letters in the list first."))
    return list(map(str, keys))
