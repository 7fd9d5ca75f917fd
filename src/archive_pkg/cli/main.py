"""Run commands, and end the program after errors, signals and bugs."""

from __future__ import annotations

import os
import re
import signal
import stat
import sys
import traceback
from difflib import get_close_matches
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
    rename,
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
from archive_pkg.cli.help import Commands
from archive_pkg.cli.interruptions import Interrupted, end_if_interrupted, listen
from archive_pkg.cli.language import choose_language
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
from archive_pkg.messages import _
from archive_pkg.storage import describe, log_to

if TYPE_CHECKING:
    from collections.abc import Sequence

app = Commands(
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
    rename,
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
    language: Annotated[
        str | None,
        typer.Option(
            "--language",
            metavar="TAG",
            callback=choose_language,
            is_eager=True,
            help="The language of messages and pages: en, de, fr or ru [default: that of the "
            "locale for messages, that of the project for pages]. May follow the command.",
        ),
    ] = None,
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
    status = run(sys.argv[1:])
    end_if_interrupted()
    sys.exit(status)


_NOT_AN_INTEGER = "Input should be a valid integer, unable to parse string as an integer"
_MISUSES = (
    _("Missing argument {name}."),
    _("Missing option {name}."),
    _("No such command {name}. Did you mean {near}?"),
    _("No such command {name}."),
    _("Option {name} requires an argument."),
    _("Option {name} does not take a value."),
    _("Invalid value for {name}: {reason}"),
    _("this is not a whole number"),
    _("it must be at least {least}"),
    _("it must be at most {most}"),
)
"""What Typer and Pydantic report of a command line, after the replacements of `_misuse`."""


def _misuse(error: TyperException) -> UsageError:
    """Return an error of the command line in plain words, with a hint.

    The hint says how to write a number, names the subcommands, or gives the command's example.
    """
    context, message = getattr(error, "ctx", None), error.format_message()
    for theirs, ours in (
        (_NOT_AN_INTEGER, "this is not a whole number"),
        ("Input should be greater than or equal to", "it must be at least"),
        ("Input should be less than or equal to", "it must be at most"),
        ("Value error, ", ""),
        ("Got unexpected extra argument(s) (", ""),
    ):
        message = message.replace(theirs, ours)
    if _NOT_AN_INTEGER in error.format_message():
        return UsageError(_recognized(message), _("Write it like 4."))
    if context is None:
        return UsageError(_recognized(message))
    lines = (context.command.help or "").splitlines()
    found = next((line.strip() for line in lines if line.strip().startswith("Example:")), "")
    command = found.removeprefix("Example:").strip()
    example = _("Example: {command}", command=command) if found else ""
    name = context.command_path.replace(context.find_root().info_name or "", "archive-pkg", 1)
    if option := getattr(error, "option_name", "") if message.startswith("No such option") else "":
        options = [word for one in context.command.params for word in one.opts]
        for near in get_close_matches(option, options, 1, 0.8):
            meant = _(
                "{option} is not an option of {name}; did you mean {near}?",
                option=option,
                name=name,
                near=near,
            )
            return UsageError(meant, example)
        return UsageError(
            _("{option} is not an option of {name}", option=option, name=name), example
        )
    if "unexpected extra argument" in error.format_message():
        extra = message.removesuffix(")")
        return UsageError(
            _("too many arguments for {name}: {extra}", name=name, extra=extra), example
        )
    if message.startswith("No such command") and "Did you mean" not in message:
        known = ", ".join(sorted(getattr(context.command, "commands", {})))
        return UsageError(_recognized(message), _("The commands are {known}.", known=known))
    return UsageError(_recognized(message), example if message.startswith("Missing") else "")


def _recognized(message: str) -> str:
    """Return one of `_MISUSES` with its values; another message unchanged."""
    for text in _MISUSES:
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(text.sources[0]))
        if found := re.fullmatch(pattern, message, re.DOTALL):
            values = {name: _recognized(value) for name, value in found.groupdict().items()}
            return _(text.sources[0], **values)
    return message


@cache
def _command() -> Any:
    """Return the tree of commands. It is cached, because Typer takes long to make it."""
    return without_pydantic(typer.main.get_command(app))


def run(words: Sequence[str]) -> int:
    """Run one command line, given without the program's name, and return its exit status."""
    log_to(verbose=False, file=None)
    choose_language(None)
    try:
        status = _command()(_common_options_first(words), standalone_mode=False)
    except ArchivePkgError as error:
        complain(error)
        for finding in findings_of(error):
            print_finding([finding], err=True)
        return error.exit_status
    except TyperException as error:
        message = error.format_message()
        if message.startswith("Usage:"):  # no command was given, so this is the help
            typer.echo(message, err=True)
        else:
            complain(_misuse(error))
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
        name, equals, __ = word.partition("=")
        if word == "--":
            rest += [word, *left]
        elif word in _WITH_VALUE:
            if (value := next(left, None)) is None:
                raise UsageError(
                    _("{option} has no value", option=word),
                    _("Write {option} {value}.", option=word, value=_WITH_VALUE[word]),
                )
            first += [word, value]
        else:
            ours = word in ("--verbose", "--no-project") or (equals and name in _WITH_VALUE)
            (first if ours else rest).append(word)
    return first + rest


_WITH_VALUE = {"--log-file": "FILE", "--project": "FILE", "--language": "TAG"}


def _unexpected(error: OSError) -> StorageError:
    """Describe an error of the operating system that no command handled."""
    try:
        Path.cwd()
    except FileNotFoundError:
        return StorageError(
            _("the working folder no longer exists"), _("Change to another folder.")
        )
    meaning, hint = describe(error)
    place = os.fsdecode(error.filename) if error.filename else "the operating system"
    return StorageError(_("{place}: {meaning}", place=place, meaning=meaning), hint)


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
