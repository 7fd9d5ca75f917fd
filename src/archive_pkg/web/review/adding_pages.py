"""The page on which the reviewer adds files to letters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.routing import Route

from archive_pkg.errors import ArchivePkgError
from archive_pkg.messages import _, plural, sentences
from archive_pkg.web.review.arranging import FIELDS, KINDS, Arrangement, Proposal
from archive_pkg.web.review.listing import Selection
from archive_pkg.web.review.responses import for_reader, page, request_data
from archive_pkg.web.review.uploads import refuse_size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from archive_pkg.web.review.app import Review

    Failed = Sequence[tuple[str, ArchivePkgError]]


@dataclass(slots=True)
class AddingPages:
    """Answers the requests that add files.

    Attributes:
        review: The review.
        arrangement: The files that were dropped into the page.
    """

    review: Review
    arrangement: Arrangement

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/files", self._upload, methods=["POST"]),
            Route("/add", self._show_arranged),
            Route("/add", self._add, methods=["POST"]),
            Route("/arrange", self._arrange, methods=["POST"]),
        ]

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

    @for_reader
    def _arranged(
        self, message: str = "", status: int = 200, failed: Failed = (), wrong: str = ""
    ) -> Response:
        """Render the proposal for the files."""
        entries = self.review.folder.entries(wait=True)
        try:
            proposal = self.arrangement.proposal(entries)
        except ArchivePkgError as error:
            proposal, wrong = Proposal([]), f"{self.arrangement.shown(error.message)}. {error.hint}"
        return page(
            "add.html",
            base=self.review.base,
            status=status,
            review=self.review,
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
        data = await request_data(request)
        return await run_in_threadpool(self._decide, data)

    def _decide(self, data: dict[str, Any]) -> Response:
        if data.get("clear"):
            self.arrangement.clear()
        else:
            self.arrangement.decide(data)
        return self._arranged()

    async def _add(self, request: Request) -> Response:
        data = await request_data(request)
        return await run_in_threadpool(self._add_files, data)

    def _add_files(self, data: dict[str, Any]) -> Response:
        arrangement = self.arrangement
        arrangement.decide(data)
        try:
            proposal = arrangement.proposal(self.review.folder.entries(wait=True))
            message, failed = arrangement.add(proposal, self.review.reviewer.name)
        except ArchivePkgError as error:
            wrong = f"{self.arrangement.shown(error.message)}. {error.hint}"
            return self._arranged(_("Nothing was added."), 422, wrong=wrong)
        if failed:
            lost = plural("{n:,} failed.", "{n:,} failed.", len(failed))
            return self._arranged(sentences([message, lost]), 422, failed)
        return self.review.list_pages.response(Selection(), message)
