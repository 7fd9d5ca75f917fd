"""`archive-pkg demo`: run the main commands on the letter that ships with the program."""

from __future__ import annotations

import contextlib
import io
import json
import shlex
import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from archive_pkg.cli.output import Json, Quiet, answering, no_stream
from archive_pkg.storage import storage_errors

LETTER = "1960-07-18-cpsu-to-sed"
_TEXT = "letter-1960-07-18.txt"
_DRAFTED = "1960-07-18-cc-cpsu-to-cc-sed"
"""The id that a draft gets from the letter's text."""


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def demo(
        out: Annotated[
            Path | None,
            typer.Option(
                "--out",
                help="The folder to work in [default: a new temporary folder].",
                callback=no_stream,
            ),
        ] = None,
        as_json: Json = False,
        quiet: Quiet = False,
    ) -> None:
        """Take the bare text of a real letter to a deposited package, offline and in a minute.

        Example: archive-pkg demo --out demo
        """
        folder = out or Path(tempfile.mkdtemp(prefix="archive-pkg-demo-"))
        with answering("demo", as_json=as_json, quiet=quiet) as answer:
            with answer.about(folder) as result:
                _lay_out(folder)
                result["steps"] = []
            if out is None:
                answer.say(f"Working in {folder}. Choose another folder with --out.")
            for number, (what, command) in enumerate(_steps(folder), start=1):
                if answer.status:
                    break
                answer.say()
                answer.say(f"{number}. {what}", bold=True)
                answer.say(f"$ archive-pkg {shlex.join(command)}")
                with answer.about(what):
                    status, document = _run(app, command, as_json=as_json, quiet=quiet)
                    result["steps"].append({"command": command, "answer": document})
                    answer.worsen(status)
            answer.results = answer.results[:1]
            if not answer.status:
                answer.say()
                answer.say(
                    f"The results are in {folder}. Open {folder / 'letter.html'} in a browser."
                )
                answer.say("Use the same commands with your own letters.")


def shipped_letter() -> Path:
    """Return the folder of the shipped letter, in the installed package or in the working tree."""
    installed = Path(__file__).parents[1] / "letter"
    return installed if installed.is_dir() else Path(__file__).parents[4] / "records" / LETTER


def _lay_out(folder: Path) -> None:
    with storage_errors(f"laying out the demo in {folder}"):
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(shipped_letter() / _TEXT, folder)


def _steps(folder: Path) -> list[tuple[str, list[str]]]:
    record = str(folder / "records" / _DRAFTED)
    package = folder / "packages" / _DRAFTED
    return [
        (
            "Draft a record from the bare text of the letter",
            ["draft", str(folder / _TEXT), "--out", str(folder / "records")],
        ),
        ("Check the record, and its quotes against the text", ["check", record]),
        (
            "Build a package from the record and the letter",
            ["build", record, "--out", str(package.parent), "--replace"],
        ),
        (
            "Verify the package, with bagit-python as well",
            ["verify", str(package), "--second-opinion"],
        ),
        (
            "Deposit the package into a repository, an OCFL root on this disk",
            ["deposit", str(package), "--to", f"ocfl:{folder / 'archive'}"],
        ),
        (
            "Make a page that shows the letter next to its record",
            ["page", str(package), "--out", str(folder / "letter.html")],
        ),
    ]


def _run(app: typer.Typer, command: list[str], *, as_json: bool, quiet: bool) -> tuple[int, Any]:
    """Run one step; return its status and, with `--json`, its document."""
    command = ["--no-project", *command]
    if not as_json:
        status = app([*command, *(["--quiet"] if quiet else [])], standalone_mode=False)
        return status or 0, None
    with contextlib.redirect_stdout(io.StringIO()) as said:
        status = app([*command, "--json"], standalone_mode=False)
    return status or 0, json.loads(said.getvalue())
