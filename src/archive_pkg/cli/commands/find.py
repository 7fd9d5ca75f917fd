"""`archive-pkg find`, `stats` and `duplicates`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archive_pkg.cli.audience import HOW, Audience
from archive_pkg.cli.bulk import Jobs, executor_from
from archive_pkg.cli.output import Answer, Json, Quiet, answering, warn, write_file
from archive_pkg.reports import Severity
from archive_pkg.storage import mode_of, storage_errors

if TYPE_CHECKING:
    from archive_pkg.collection import Done, Shelf

Directory = Annotated[Path, typer.Argument(metavar="DIR", help="The shelf: a folder of packages.")]
Refresh = Annotated[
    bool, typer.Option("--refresh", help="Bring the index up to date with the packages first.")
]
Anew = Annotated[bool, typer.Option("--anew", help="Make the index anew first.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(find)
    app.command()(stats)
    app.command()(duplicates)


def find(
    directory: Directory,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            help="Words in record or texts; negotiat* stands for all that begin so, 'peaceful "
            "coexistence' for words that follow one another."
        ),
    ] = None,
    who: Annotated[
        str, typer.Option("--who", help="In the names of senders, recipients, those spoken of.")
    ] = "",
    since: Annotated[
        str, typer.Option("--since", help="Letters of this date or later: 1956, 1956-10-23.")
    ] = "",
    until: Annotated[str, typer.Option("--until", help="Letters of this date or earlier.")] = "",
    classification: Annotated[
        str, typer.Option("--classification", help="Words in the classification or its history.")
    ] = "",
    most: Annotated[int, typer.Option("--most", min=1, help="Show no more than so many.")] = 100,
    refresh: Refresh = False,
    anew: Anew = False,
    jobs: Jobs = None,
    audience: Audience = "public",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Find packages by agent, date, classification and words. The index is made if it is missing.

    What the public may not see is neither found nor shown, unless you ask for --audience internal.

    Example: archive-pkg find packages specialists --who Khrushchev --since 1960 --until 1962
    """
    from archive_pkg.collection import Index, Query, open_shelf

    query = Query(tuple(words or ()), who, classification, since, until)
    with (
        answering("find", as_json=as_json, quiet=quiet) as answer,
        answer.about(directory) as result,
    ):
        shelf = open_shelf(directory)
        _bring_up_to_date(answer, shelf, refresh=refresh, anew=anew, jobs=jobs, audience=audience)
        with Index(shelf, audience) as index:
            count, hits = index.find(query, most)
            cut = index.cut
        result |= {
            "count": count,
            "with_withheld_parts": cut,
            "hits": [
                {
                    "package": str(shelf.root / hit.package),
                    "id": hit.id,
                    "title": hit.title,
                    "date": hit.date,
                    "classification": hit.classification,
                }
                for hit in hits
            ],
        }
        for hit in hits:
            answer.say(f"{shelf.root / hit.package}")
            answer.say("  " + " · ".join(filter(None, (hit.title, hit.date, hit.classification))))
        answer.say(f"{count:,} found" + (f", {len(hits):,} shown" if len(hits) < count else ""))
        _say_cut(answer, cut)


def stats(
    directory: Directory,
    page: Annotated[
        Path | None, typer.Option("--html", help="A file for the counts as a page of pictures.")
    ] = None,
    refresh: Refresh = False,
    anew: Anew = False,
    jobs: Jobs = None,
    audience: Audience = "public",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Count packages, bytes, decades, classifications, languages, and who wrote to whom.

    Example: archive-pkg stats packages --html stats.html
    """
    from archive_pkg.collection import Index, open_shelf
    from archive_pkg.collection.index.questions import index_path
    from archive_pkg.collection.reports.page import stats_page

    with (
        answering("stats", as_json=as_json, quiet=quiet, files=[page]) as answer,
        answer.about(directory) as result,
    ):
        shelf = open_shelf(directory)
        _bring_up_to_date(answer, shelf, refresh=refresh, anew=anew, jobs=jobs, audience=audience)
        with Index(shelf, audience) as index:
            counted, cut = index.stats(), index.cut
        result |= counted | {"with_withheld_parts": cut}
        if page is not None:
            with storage_errors(f"reading {directory}"):
                narrow = mode_of(directory, index_path(shelf, audience))
            mode = 0o777 if audience == "public" else narrow
            write_file(page, stats_page(str(shelf.root), counted).encode(), mode=mode)
        for name, value in counted.items():
            if isinstance(value, dict):
                if value:
                    answer.say(f"{name}:")
                for what, count in value.items():
                    answer.say(f"  {count:>9,}  {what}")
            else:
                answer.say(f"{name}: {value:,}")
        _say_cut(answer, cut)


def duplicates(
    paths: Annotated[list[Path], typer.Argument(help="Records, packages, folders of either.")],
    near: Annotated[
        float,
        typer.Option(
            "--near", min=0.5, max=1.0, help="The least likeness of texts that are listed."
        ),
    ] = 0.8,
    jobs: Jobs = None,
    audience: Audience = "public",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List letters that may be the same: bytes, texts, or nearly; nothing is merged or changed.

    Parts that the public may not see are not compared, unless you ask for --audience internal.

    Example: archive-pkg duplicates records --near 0.9
    """
    from archive_pkg import collection

    with answering("duplicates", as_json=as_json, quiet=quiet) as answer:
        unread = _Unread(answer)
        found = collection.duplicates(
            paths, unread, executor=executor_from(jobs), near=near, audience=audience
        )
        for candidate in found:
            answer.results.append(candidate.as_json())
            one, other = (" ".join(pair) for pair in (candidate.one, candidate.other))
            answer.say(f"{candidate.kind} {candidate.likeness:.0%}: {one}")
            answer.say(f"  and {other}")
            for line in candidate.differences:
                answer.say(f"    {line}")
        answer.say(f"{len(answer.results):,} candidates")
        _say_cut(answer, unread.cut)


class _Unread:
    """Tells which letters could not be read."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.cut = 0

    def __call__(self, done: Done) -> None:
        self.cut += bool(done.details.get("cut"))
        findings = [one.message for one in done.findings if one.severity is not Severity.ADVICE]
        if done.status or findings:
            self._answer.worsen(done.status)
            why = done.error[0] or "; ".join(findings[:3])
            warn(f"left out: {done.path}: {why}")
            self._answer.results.append(done.as_json())


def _say_cut(answer: Answer, cut: int) -> None:
    if cut:
        packages = "1 package has" if cut == 1 else f"{cut:,} packages have"
        answer.say(f"{packages} parts that are withheld here; {HOW}")


def _bring_up_to_date(
    answer: Answer, shelf: Shelf, *, refresh: bool, anew: bool, jobs: int | None, audience: Audience
) -> None:
    from archive_pkg import collection

    index = collection.Index(shelf, audience)
    if not refresh and not anew and index.is_whole:
        if not index.is_from_here:
            warn(
                f"{shelf.own}: the index was not made here, and cannot be made again in a folder "
                "that you cannot write into. What it says was not compared with the packages."
            )
        return

    collection.refresh(
        shelf, _Unread(answer), executor=executor_from(jobs), anew=anew, audience=audience
    )
