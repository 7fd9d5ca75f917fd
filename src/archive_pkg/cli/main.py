"""Run the program: its commands, and how errors, signals and bugs end it."""

from __future__ import annotations

import os
import signal
import stat
import sys
import traceback
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.exceptions import TyperException

from archive_pkg import logs
from archive_pkg.cli.commands import (
    agents,
    audit,
    bag,
    build,
    characterize,
    check,
    demo,
    deposit,
    draft,
    export,
    find,
    import_,
    init,
    page,
    review,
    show,
    sign,
    site,
    tables,
    trace,
    upgrade,
    verify,
    why_not,
)
from archive_pkg.cli.interruptions import Interrupted, listen
from archive_pkg.cli.output import (
    OutputError,
    clean,
    complain,
    findings_of,
    output_failed,
    print_finding,
    ready_streams,
)
from archive_pkg.cli.parameters import without_pydantic
from archive_pkg.cli.project import choose_project
from archive_pkg.errors import ArchivePkgError, StorageError, UsageError
from archive_pkg.storage import describe, log_to

if TYPE_CHECKING:
    from collections.abc import Sequence

app = typer.Typer(
    name="archive-pkg",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"]},
)
for command in (
    init,
    demo,
    draft,
    check,
    upgrade,
    characterize,
    build,
    verify,
    show,
    export,
    import_,
    sign,
    trace,
    why_not,
    deposit,
    page,
    review,
    site,
    find,
):
    command.register(app)
app.add_typer(agents.app, name="agents")
app.add_typer(audit.app, name="audit")
app.add_typer(bag.app, name="bag")
app.add_typer(tables.app, name="tables")


def _version(wanted: bool) -> None:
    if wanted:
        from archive_pkg.version import SOFTWARE

        typer.echo(SOFTWARE)
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option("--verbose", help="Log each step to standard error. May follow the command."),
    ] = False,
    log_file: Annotated[
        Path | None,
        typer.Option(
            "--log-file",
            metavar="FILE",
            help="Append each step as a line of JSON to this file. May follow the command.",
        ),
    ] = None,
    project: Annotated[
        Path | None,
        typer.Option(
            "--project",
            metavar="FILE",
            help="Use the settings of this project file [default: the archive-pkg.toml in this "
            "folder or above it]. May follow the command.",
        ),
    ] = None,
    no_project: Annotated[
        bool,
        typer.Option("--no-project", help="Use no project file. May follow the command."),
    ] = False,
) -> None:
    """Describe archival letters and build verifiable packages that repositories accept.

    Start with: archive-pkg demo
    """
    if verbose or log_file:
        log_to(verbose, log_file)
    choose_project(project, none=no_project)


def main() -> NoReturn:
    """Run the command line and exit with a status that docs/reference/commands.md lists."""
    ready_streams()
    listen()
    # The program does not trust files that every user can write, so it creates none.
    os.umask(os.umask(stat.S_IWOTH) | stat.S_IWOTH)
    sys.exit(run(sys.argv[1:]))


_NOT_AN_INTEGER = "Input should be a valid integer, unable to parse string as an integer"


def _example(error: TyperException) -> str:
    """Return a hint: how to write a number, or the example of the command that was misused."""
    context = getattr(error, "ctx", None)
    message = error.format_message()
    if _NOT_AN_INTEGER in message:
        return "Write it like 4."
    if context is None or not message.startswith(("Missing", "No such option")):
        return ""
    lines = (context.command.help or "").splitlines()
    return next((line.strip() for line in lines if line.strip().startswith("Example:")), "")


@cache
def _command() -> Any:
    """Return the commands as Typer makes them, which takes as long as a small command."""
    return without_pydantic(typer.main.get_command(app))


def run(words: Sequence[str]) -> int:
    """Run one command line, given without the program's name, and return its exit status."""
    log_to(verbose=False, file=None)
    try:
        status = _command()(_common_options_first(words), standalone_mode=False)
    except ArchivePkgError as error:
        for finding in findings_of(error):
            print_finding([finding], err=True)
        complain(error)
        return error.exit_status
    except TyperException as error:
        message = error.format_message().replace("Value error, ", "")
        message = message.replace(_NOT_AN_INTEGER, "this is not a whole number")
        if message.startswith("Usage:"):  # no command was given, so this is the help
            typer.echo(message, err=True)
        else:
            complain(UsageError(message, _example(error)))
        return error.exit_code
    except Interrupted as interruption:
        if interruption.unsaid():
            typer.echo(f"interrupted; {interruption.left}", err=True)
        return interruption.exit_status
    except typer.Abort:
        return 128 + signal.SIGINT
    except OutputError as error:
        return output_failed(error)
    except OSError as error:
        complain(_unexpected(error))
        return StorageError.exit_status
    except Exception as error:
        return _bug(error)
    finally:
        logs.stop()
    return status if isinstance(status, int) else 0


def _common_options_first(words: Sequence[str]) -> list[str]:
    """Move the options that every command accepts before the command."""
    first, rest = list[str](), list[str]()
    left = iter(words)
    for word in left:
        name, equals, _ = word.partition("=")
        if word == "--":
            rest += [word, *left]
        elif word in _WITH_VALUE:
            if (value := next(left, None)) is None:
                raise UsageError(f"{word} has no value", f"Write {word} FILE.")
            first += [word, value]
        else:
            ours = word in ("--verbose", "--no-project") or (equals and name in _WITH_VALUE)
            (first if ours else rest).append(word)
    return first + rest


_WITH_VALUE = ("--log-file", "--project")


def _unexpected(error: OSError) -> StorageError:
    """Describe an error of the operating system that no command handled."""
    try:
        Path.cwd()
    except FileNotFoundError:
        return StorageError("the working folder no longer exists", "Change to another folder.")
    meaning, hint = describe(error)
    place = os.fsdecode(error.filename) if error.filename else "the operating system"
    return StorageError(f"{place}: {meaning}", hint)


def _bug(error: Exception) -> int:
    if os.environ.get("ARCHIVE_PKG_TRACEBACK"):
        traceback.print_exception(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    typer.echo(
        f"This is a bug in archive-pkg: {type(error).__name__}: {clean(str(error))} "
        f"({place.name}, line {place.lineno})\n"
        "Nothing was left incomplete. Please report it. Set ARCHIVE_PKG_TRACEBACK=1 to see the "
        "traceback.",
        err=True,
    )
    return 1
