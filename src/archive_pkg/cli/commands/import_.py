"""`archive-pkg import`."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace as changed
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archive_pkg.cli.output import FEW, Json, Quiet, answering, no_stream
from archive_pkg.errors import UsageError
from archive_pkg.reports import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from archive_pkg.interchange.importing import Imported
    from archive_pkg.reports import Finding

# The maximum length of a message in a terminal. --json gives the complete message.
_LONGEST = 300
# Up to this many findings about one file are printed one by one.
_MOST = 10


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_)


def import_(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="TEI letters, CMIF files, EAD finding aids, MODS, MARCXML, Dublin Core or "
            "DataCite XML, Tropy's JSON-LD, or folders of XML files."
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            help="The folder for the records; each gets its own folder.",
            callback=no_stream,
        ),
    ] = Path("records"),
    replace: Annotated[bool, typer.Option("--replace", help="Replace existing records.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Create draft records from TEI, CMIF, EAD, MODS, MARCXML, DataCite and other formats.

    Everything in a file that was not read is reported.

    Example: archive-pkg import edition/L00147.xml --out records
    """
    from archive_pkg.interchange.importing import file_imported, read
    from archive_pkg.packages import is_bag
    from archive_pkg.storage import mode_of, read_regular, storage_errors

    with answering("import", as_json=as_json, quiet=quiet) as answer:
        taken: set[str] = set()
        for package in filter(is_bag, files):
            hint = f"Name a document in it, such as {package / 'metadata' / 'tei.xml'}"
            raise UsageError(f"{package} is a package, not a folder of documents", hint)
        named = list(_named(_files(files, answer.unreadable)))
        if not named and not answer.status:
            hint = "Name a file in TEI, EAD, MODS or a similar format, or a folder of such files."
            raise UsageError(f"{files[0]} contains no XML files", hint)
        records = []
        for file, name in answer.each(named):
            found: list[Imported] = []
            with answer.about(file):
                with storage_errors(f"reading {file}"):
                    data = read_regular(file)
                    mode = mode_of(file, file.parent)
                found = read(data, str(file), name)
            is_few = answer.grouped or len(found) <= FEW
            for imported in found if is_few else answer.each(found):
                one = _apart(imported, name, taken)
                folder = out / one.record.id
                with answer.about(folder) as result:
                    result["source"] = str(file)
                    file_imported(one, folder, replace=replace, mode=mode)
                    answer.say_of_one(f"{folder}: imported “{one.record.title}”")
                    findings = one.report if as_json else shortened(one.report)
                    together = len(named) > 1 or len(one.report) > _MOST
                    answer.found(result, findings, together=together)
                records.append(result)
        if max(len(named), len(records)) > FEW:
            done = sum("error" not in result for result in records)
            answer.say(
                f"{counted(len(named), 'file')}: {counted(done, 'record')} imported into {out}"
            )


def _files(paths: Iterable[Path], unreadable: Callable[[OSError], None]) -> Iterator[Path]:
    """Yield the given files, and the XML files in the given folders, except in packages."""
    from archive_pkg.records.path_checks import package_above
    from archive_pkg.storage import files_below, is_folder

    for path in paths:
        if is_folder(path):
            for one in files_below(path, unreadable):
                if one.suffix == ".xml" and not package_above(one):
                    yield one
        else:
            yield path


def _named(files: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Yield each file with a unique name for its record, from the file's and its folders' names."""
    listed = list(dict.fromkeys(files))
    names = {file: file.stem for file in listed}
    steps = 0
    while True:
        counts = Counter(name.casefold() for name in names.values())
        alike = [file for file, name in names.items() if counts[name.casefold()] > 1]
        longer = {f: "-".join([*f.absolute().parts[-2 - steps : -1], f.stem]) for f in alike}
        if not alike or all(names[file] == name for file, name in longer.items()):
            yield from names.items()
            return
        names |= longer
        steps += 1


def _apart(imported: Imported, name: str, taken: set[str]) -> Imported:
    """Return the imported record, with a new id if its id was already used in this run."""
    own = imported.record.id
    number, tried = 1, own
    while tried.casefold() in taken:
        tried = f"{name}-{own}" if number == 1 else f"{name}-{own}-{number}"
        number += 1
    taken.add(tried.casefold())
    if tried == own:
        return imported
    from archive_pkg.interchange.importing.imported_record import record_id

    return changed(imported, record=imported.record.model_copy(update={"id": record_id(tried)}))


def shortened(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Shorten the messages of findings for a terminal."""
    for finding in findings:
        message = finding.message
        if len(message) > _LONGEST:
            more = len(message) - _LONGEST
            message = f"{message[:_LONGEST]}… (and {more:,} more characters, see --json)"
        yield changed(finding, message=message)
