"""`archive-pkg review`."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archive_pkg.cli.output import Answer, Json, Quiet, answering, clean, json_text, no_stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.web.review import Opened, Reviewer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(review)


def review(
    path: Annotated[
        Path | None,
        typer.Argument(help="A letter, a record or a folder [default: the current folder]."),
    ] = None,
    reviewer: Annotated[
        str, typer.Option("--reviewer", help="Your name, as the agent of your changes.")
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="The folder for packages [default: packages in the opened folder].",
            callback=no_stream,
        ),
    ] = None,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="The port [default: a free one].")
    ] = 0,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Print the address without opening a browser.")
    ] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Review a letter and its draft in the browser; every change is saved at once.

    Changes are written to record.yaml with you as their agent. You can also paste letters. Press
    ctrl-C or the button on the page to end the review. With --json, the first line of the output
    is an object with the address (`url`) and the private file that opens it (`file`).

    Example: archive-pkg review letter.txt
    """
    from archive_pkg.errors import UsageError

    with answering("review", quiet=quiet) as answer:
        try:
            from archive_pkg.web.review import Review, listen
        except ModuleNotFoundError as error:
            raise UsageError(
                f"the review needs {error.name}, which is not installed",
                "pip install 'archive-pkg[web]'",
            ) from error
        opened = _opened(path, out)
        left_out = opened.left_out()
        if not as_json:
            answer.found({"path": str(opened.root), "findings": []}, left_out)
        with _alone_in(opened.root):
            session = Review(opened, _reviewer(reviewer))
            server = listen(session, port)
            with server.opened() as file:
                if as_json:
                    said: dict[str, Any] = {"url": server.address, "file": str(file)}
                    said["folder"] = str(opened.root)
                    if left_out:
                        said["findings"] = [one.as_json() for one in left_out]
                    typer.echo(json_text({"command": "review", **said}))
                else:
                    _announce(answer, server.address, file, opened.root, started=not no_browser)
                if not no_browser:
                    _start_browser(file)
                server.run()
            if session.working:
                answer.say("Finishing the current step. Press ctrl-C again to stop it.")
                session.finish()
        if not as_json:
            answer.say("The review has ended. All your changes are saved.")


def _opened(path: Path | None, out: Path | None) -> Opened:
    """The folder to review in, and in it the letter that was named; one without record is drafted.

    Raises:
        UsageError: The path is inside a package, whose files do not change.
        StorageError: Nothing is at the path.
        InvalidError: The letter cannot be read.
    """
    from archive_pkg.errors import StorageError
    from archive_pkg.packages.protecting import refuse_in_package
    from archive_pkg.records import NAMES, read_record
    from archive_pkg.web.review import Opened

    folder = Path() if path is None else path if path.is_dir() else path.parent
    refuse_in_package(folder / NAMES[0])
    if path is None:
        return Opened(Path(), gather=False, packages=out)
    if path.is_dir():
        return Opened(path, packages=out)
    if not path.is_file():
        raise StorageError(f"there is nothing at {path}", "check the path")
    beside = next((path.parent / name for name in NAMES if (path.parent / name).is_file()), None)
    if path.name in NAMES:
        return Opened(path.parent, Path(path.name), packages=out)
    if beside is not None:
        record, _ = read_record(beside)
        if record is None or path.name in record.files:
            return Opened(path.parent, Path(beside.name), packages=out)
    return Opened.with_letter(path, out)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """One review of a folder at a time. Raises LockedError where there is another."""
    from archive_pkg.storage import Lock, LockedError

    try:
        with Lock(folder / "review"):
            yield
    except LockedError as error:
        raise LockedError(
            f"another review of {folder} is open", "use that one, or end it first"
        ) from error


def _reviewer(name: str) -> Reviewer:
    """Who reviews: as was said, else as git or the system knows them, which the page asks about."""
    from archive_pkg.web.review import Reviewer

    return Reviewer(name.strip(), asked=True) if name.strip() else Reviewer(_known_name())


def _known_name() -> str:
    import getpass
    import os
    import pwd
    import subprocess

    try:
        told = subprocess.run(
            ["git", "config", "user.name"],  # noqa: S607  whichever git the user has
            capture_output=True,
            text=True,
            timeout=2,
            check=False,
        )
        if told.stdout.strip():
            return told.stdout.strip()
    except (OSError, subprocess.SubprocessError):
        pass  # no git: the system's name will do
    try:
        return pwd.getpwuid(os.getuid()).pw_gecos.partition(",")[0].strip() or getpass.getuser()
    except (KeyError, OSError):
        return ""


def _announce(answer: Answer, address: str, file: Path, folder: Path, *, started: bool) -> None:
    opened = "is open in your browser. If you do not see it," if started else "is ready. To see it,"
    # Printed even with --quiet: nobody can open the review without it.
    typer.echo(
        f"The review of {clean(str(folder))} {opened} open this file, or paste the "
        f"address into the address bar:\n\n  {file.as_uri()}\n  {address}\n\nDo not give the "
        "address to a command: other users of this machine can read the words of commands."
    )
    answer.say("Every change is saved at once. To end the review, press ctrl-C here.")


def _start_browser(file: Path) -> None:
    """Start the user's browser; one that runs in the terminal must not keep the server waiting."""
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(file.as_uri(),), daemon=True).start()
