"""`archive-pkg find`, `stats` and `duplicates`."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from archive_pkg.cli.audience import HOW, Audience
from archive_pkg.cli.bulk import Jobs, executor_from
from archive_pkg.cli.output import Answer, Json, Quiet, answering, warn, write_file
from archive_pkg.errors import StorageError
from archive_pkg.reports import Severity, counted
from archive_pkg.storage import mode_of, storage_errors

if TYPE_CHECKING:
    from archive_pkg.collection import Collection, Done

Directory = Annotated[
    Path, typer.Argument(metavar="DIR", help="The collection: a folder of packages.")
]
Refresh = Annotated[bool, typer.Option("--refresh", help="Update the index before searching.")]
Rebuild = Annotated[bool, typer.Option("--rebuild", help="Rebuild the index before searching.")]


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
            help="Words in the record or the texts. negotiat* finds all words that begin with "
            "negotiat; 'peaceful coexistence' finds the phrase."
        ),
    ] = None,
    agent: Annotated[
        str,
        typer.Option(
            "--agent", help="Words in the name or role of a sender, recipient or other agent."
        ),
    ] = "",
    since: Annotated[
        str, typer.Option("--since", help="Letters from this date or later: 1956, 1956-10-23.")
    ] = "",
    until: Annotated[str, typer.Option("--until", help="Letters from this date or earlier.")] = "",
    classification: Annotated[
        str, typer.Option("--classification", help="Words in the classification or its history.")
    ] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="Show up to this many.")] = 100,
    refresh: Refresh = False,
    rebuild: Rebuild = False,
    jobs: Jobs = None,
    audience: Audience = "public",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Find packages by agent, date, classification and words. Make the index if it is missing.

    The public index leaves out what the public may not see when it is made or refreshed. Use
    --audience internal to search everything.

    Example: archive-pkg find packages specialists --agent Khrushchev --since 1960 --until 1962
    """
    from archive_pkg.collection import Index, Query, open_collection
    from archive_pkg.collection.index.passages import passages_in

    query = Query(tuple(words or ()), agent, classification, since, until)
    with (
        answering("find", as_json=as_json, quiet=quiet) as answer,
        answer.about(directory) as result,
    ):
        if not words and not directory.exists():
            hint = f"Name the collection first: archive-pkg find packages {quote(str(directory))}"
            raise StorageError(f"{directory} does not exist", hint)
        opened = open_collection(directory)
        _bring_up_to_date(
            answer, opened, refresh=refresh, rebuild=rebuild, jobs=jobs, audience=audience
        )
        with Index(opened, audience) as index:
            count, hits = index.find(query, limit)
            cut, searched = index.cut, 0 if count else index.stats()["packages"]
        result |= {
            "count": count,
            "with_withheld_parts": cut,
            "hits": [
                {
                    "package": str(opened.root / hit.package),
                    "id": hit.id,
                    "title": hit.title,
                    "date": hit.date,
                    "classification": hit.classification,
                    "passages": passages_in(opened.root / hit.package, query.words, audience),
                }
                for hit in hits
            ],
        }
        shown = f", {len(hits):,} shown" if len(hits) < count else ""
        if not count:
            shown = f" (searched {counted(searched, 'package')})"
        answer.say(f"{counted(count, 'package')} found{shown}")
        for hit in result["hits"]:
            answer.say(hit["package"])
            described = (hit["title"], hit["date"], hit["classification"])
            answer.say("  " + " · ".join(filter(None, described)))
            for passage in hit["passages"]:
                answer.say(f"  {passage}")
        _say_cut(answer, cut)


def stats(
    directory: Directory,
    page: Annotated[
        Path | None,
        typer.Option("--html", help="Also write the counts as an HTML page with charts."),
    ] = None,
    refresh: Refresh = False,
    rebuild: Rebuild = False,
    jobs: Jobs = None,
    audience: Audience = "public",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Count the packages of a collection by type, decade, classification, language and agent.

    Example: archive-pkg stats packages --html stats.html
    """
    from archive_pkg.collection import Index, open_collection
    from archive_pkg.collection.index.queries import index_path
    from archive_pkg.collection.reports.page import stats_page

    with (
        answering("stats", as_json=as_json, quiet=quiet, files=[page]) as answer,
        answer.about(directory) as result,
    ):
        opened = open_collection(directory)
        _bring_up_to_date(
            answer, opened, refresh=refresh, rebuild=rebuild, jobs=jobs, audience=audience
        )
        with Index(opened, audience) as index:
            counted, cut = index.stats(), index.cut
        result |= counted | {"with_withheld_parts": cut}
        if page is not None:
            with storage_errors(f"reading {directory}"):
                narrow = mode_of(directory, index_path(opened, audience))
            mode = 0o777 if audience == "public" else narrow
            write_file(page, stats_page(str(opened.root), counted).encode(), mode=mode)
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
    paths: Annotated[list[Path], typer.Argument(help="Records or packages, or folders of them.")],
    similarity: Annotated[
        float,
        typer.Option(
            "--similarity",
            min=0.5,
            max=1.0,
            help="List texts with at least this similarity; 1.0 means the same words.",
        ),
    ] = 0.8,
    jobs: Jobs = None,
    audience: Audience = "public",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List letters that are probably the same: same bytes, same text or similar text.

    Nothing is merged or changed. Parts that the public may not see today are not compared. Use
    --audience internal to compare everything.

    Example: archive-pkg duplicates records --similarity 0.9
    """
    from archive_pkg import collection

    with answering("duplicates", as_json=as_json, quiet=quiet) as answer:
        unread = _Unread(answer)
        found = list(
            collection.duplicates(
                paths, unread, executor=executor_from(jobs), near=similarity, audience=audience
            )
        )
        if unread.read:
            answer.say(f"{counted(len(found), 'possible duplicate')} found")
        for candidate in found:
            answer.results.append(candidate.as_json())
            one, other = (" ".join(pair) for pair in (candidate.one, candidate.other))
            answer.say(f"{_KINDS[candidate.kind]}, {candidate.likeness:.0%}: {one}")
            answer.say(f"  and {other}")
            for line in candidate.differences:
                answer.say(f"    {line}")
        _say_cut(answer, unread.cut, "letter")


_KINDS = {"same-bytes": "same bytes", "same-text": "same text", "near-same": "similar text"}


class _Unread:
    """Report letters that cannot be read. Count those that can, and those with withheld parts."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.cut = self.read = 0

    def __call__(self, done: Done) -> None:
        self.read += not done.status
        self.cut += bool(done.details.get("cut"))
        findings = [one.message for one in done.findings if one.severity is not Severity.ADVICE]
        if done.status or findings:
            self._answer.worsen(done.status)
            why = "; ".join(findings[:3]) or done.error[0]
            warn(f"{done.path} was left out: {why}")
            self._answer.results.append(done.as_json())


def _say_cut(answer: Answer, cut: int, kind: str = "package") -> None:
    if cut:
        have = "has" if cut == 1 else "have"
        answer.say(f"{counted(cut, kind)} {have} withheld parts; {HOW}")


def _bring_up_to_date(
    answer: Answer,
    opened: Collection,
    *,
    refresh: bool,
    rebuild: bool,
    jobs: int | None,
    audience: Audience,
) -> None:
    from archive_pkg import collection

    index = collection.Index(opened, audience)
    if not refresh and not rebuild and index.is_complete:
        if not index.is_from_here:
            warn(
                f"{opened.own}: the index was copied from elsewhere and may be wrong. "
                "You cannot write into this folder, so the index was not rebuilt."
            )
        return

    collection.refresh(
        opened, _Unread(answer), executor=executor_from(jobs), rebuild=rebuild, audience=audience
    )
