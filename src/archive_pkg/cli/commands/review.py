"""`archive-pkg review`."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archive_pkg.cli.language import chosen_language
from archive_pkg.cli.output import Answer, Json, Quiet, answering, clean, json_text, no_stream
from archive_pkg.cli.project import current_project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.web.review import OpenedFolder, Reviewer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(review)


def review(
    path: Annotated[
        Path | None,
        typer.Argument(help="A letter, a record or a folder [default: the current folder]."),
    ] = None,
    reviewer: Annotated[
        str,
        typer.Option(
            "--reviewer", help="Your name. The record lists you as the agent of your changes."
        ),
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
        int,
        typer.Option("--port", min=0, max=65535, help="The port.", show_default="a free one"),
    ] = 0,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Print the address without opening a browser.")
    ] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Review a letter and its draft in the browser. Every change is saved at once.

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
                "Run: pip install 'archive-pkg[web]'",
            ) from error
        opened = _opened(path, out)
        left_out = opened.left_out()
        if not as_json:
            answer.found({"path": str(opened.root), "findings": []}, left_out)
        with _alone_in(opened.root):
            session = Review(opened, _reviewer(reviewer), language=chosen_language())
            server = listen(session, port)
            with server.opened() as file:
                if as_json:
                    details: dict[str, Any] = {"url": server.address, "file": str(file)}
                    details["folder"] = str(opened.root)
                    if left_out:
                        details["findings"] = [one.as_json() for one in left_out]
                    typer.echo(json_text({"command": "review", **details}))
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


def _opened(path: Path | None, out: Path | None) -> OpenedFolder:
    """Open the folder to review, or the folder of one letter. A letter without a record is drafted.

    Raises:
        UsageError: The path is inside a package, whose files do not change.
        StorageError: The path does not exist.
        InvalidError: The letter cannot be read.
    """
    from archive_pkg.errors import UsageError
    from archive_pkg.packages import is_bag
    from archive_pkg.packages.output_protection import refuse_in_package
    from archive_pkg.records import NAMES, read_record
    from archive_pkg.records.path_checks import refusal
    from archive_pkg.storage import missing
    from archive_pkg.web.review import OpenedFolder

    project = current_project()
    folder = Path() if path is None else path if path.is_dir() else path.parent
    if is_bag(folder):
        raise UsageError(*refusal(folder, "record"))
    refuse_in_package(folder / NAMES[0])
    if path is None:
        return OpenedFolder(Path(), include_undrafted=False, packages=out, project=project)
    if path.is_dir():
        return OpenedFolder(path, packages=out, project=project)
    if not path.is_file():
        raise missing(path)
    neighbour = next((path.parent / name for name in NAMES if (path.parent / name).is_file()), None)
    if path.name in NAMES:
        return OpenedFolder(path.parent, Path(path.name), packages=out, project=project)
    if neighbour is not None:
        record, _ = read_record(neighbour)
        if record is None or path.name in record.files:
            return OpenedFolder(path.parent, Path(neighbour.name), packages=out, project=project)
    return OpenedFolder.with_letter(path, out, project)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Lock a folder, so that only one review of it runs at a time."""
    from archive_pkg.storage import Lock, LockedError

    try:
        with Lock(folder / "review"):
            yield
    except LockedError as error:
        raise LockedError(
            f"another review of {folder} is open", "Use that review or end it first."
        ) from error


def _reviewer(name: str) -> Reviewer:
    """Return the reviewer with the given name, or with a name to confirm from git or the system."""
    from archive_pkg.web.review import Reviewer

    return Reviewer(name.strip(), confirmed=True) if name.strip() else Reviewer(_known_name())


def _known_name() -> str:
    import subprocess

    from archive_pkg.storage import system

    try:
        result = subprocess.run(
            ["git", "config", "user.name"],  # noqa: S607  the user's git
            capture_output=True,
            text=True,
            timeout=2,
            check=False,
        )
        if result.stdout.strip():
            return result.stdout.strip()
    except (OSError, subprocess.SubprocessError):
        pass  # use the system's name
    return system.user_name()


def _announce(answer: Answer, address: str, file: Path, folder: Path, *, started: bool) -> None:
    how = "If no page has opened in your browser," if started else "To see it,"
    # Printed even with --quiet: the review cannot be opened without it.
    typer.echo(
        f"The review of {clean(str(folder))} is ready. {how} open this file, or paste the "
        f"address into the address bar:\n\n  {file.as_uri()}\n  {address}\n\nDo not use "
        "the address in a command: other users of this machine can read it there."
    )
    answer.say("Every change is saved at once. To end the review, press ctrl-C here.")


def _start_browser(file: Path) -> None:
    """Start the user's browser in a thread, because one in the terminal would block the server."""
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(file.as_uri(),), daemon=True).start()
