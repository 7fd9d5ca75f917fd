"""The command `archive-pkg review`: what it opens, how it ends, what it prints."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from archive_pkg import cli
from archive_pkg.web.review.serving import Server
from program import PATIENCE, command

LETTER = Path(__file__).parents[2] / "records/1960-07-18-cpsu-to-sed/letter-1960-07-18.txt"

Start = Callable[..., tuple["subprocess.Popen[str]", str]]


@pytest.fixture
def start(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Return a function that starts a review in `tmp_path`: its process and address.

    At the end of the test, each review is stopped and must have left no temporary file.
    """
    started = []
    made = tmp_path_factory.mktemp("made")

    def begin(*words: str) -> tuple[subprocess.Popen[str], str]:
        process = subprocess.Popen(
            command("review", *words, "--no-browser", "--json"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env=os.environ | {"TMPDIR": str(made)},
        )
        started.append(process)
        assert process.stdout is not None
        return process, json.loads(process.stdout.readline())["url"]

    yield begin
    for process in started:
        process.terminate()  # kill() would leave the file that opens the review
        process.communicate(timeout=PATIENCE)
    assert list(made.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_review_normally_and_leaves_no_lock(
    start: Start, tmp_path: Path, number: signal.Signals
) -> None:
    process, address = start()
    assert httpx2.get(address).status_code == 200
    assert list(tmp_path.glob(".*.lock"))
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, err) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def review(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Return a function that runs the command in this process, with other work than serving."""

    def run(work: Callable[[Server], object], *words: object) -> int:
        monkeypatch.setattr(Server, "run", lambda server: (work(server), server._socket.close()))
        return cli.run(["review", *map(str, words), "--no-browser"])

    return run


def test_a_second_review_of_a_folder_is_refused(
    review: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    again: list[int] = []
    assert review(lambda _: again.append(cli.run(["review", str(tmp_path)])), tmp_path) == 0
    assert again == [5]
    assert "another review of" in capsys.readouterr().err


def test_a_port_in_use_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        words = ["review", str(tmp_path), "--no-browser", "--port", str(port)]
        assert cli.run(words) == 2
    errors = capsys.readouterr().err
    assert f"port {port} of this machine cannot be used: address already in use" in errors
    assert "Leave out --port" in errors


def test_the_server_listens_on_127_0_0_1_only(review: Callable[..., int], tmp_path: Path) -> None:
    def connect(server: Server) -> None:
        port = server._socket.getsockname()[1]
        socket.create_connection(("127.0.0.1", port), 2).close()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", port), 2)

    assert review(connect, tmp_path) == 0


def test_a_letter_is_drafted_before_the_page_is_open(
    review: Callable[..., int], tmp_path: Path
) -> None:
    shutil.copy(LETTER, tmp_path / "letter.txt")
    made: list[Path] = []
    assert (
        review(lambda _: made.extend(tmp_path.rglob("record.yaml")), tmp_path / "letter.txt") == 0
    )
    assert [file.parent.parent.name for file in made] == ["records"]


def test_a_letter_next_to_its_record_is_not_drafted_again(
    start: Start, letter: Path, tmp_path: Path
) -> None:
    before = {path: path.read_bytes() for path in letter.iterdir()}
    _, address = start(str(letter / "letter-1960-07-18.txt"))
    with httpx2.Client(follow_redirects=True) as client:
        path = client.get(address).headers["refresh"].partition("url=")[2]
        assert "1960-07-18" in client.get(address.partition("/?")[0] + path).text
    assert {p: p.read_bytes() for p in letter.iterdir() if p.suffix != ".lock"} == before


@pytest.mark.parametrize(
    ("name", "status", "message"),
    [
        ("missing.txt", 5, "does not exist"),
        ("picture.txt", 3, "not a text"),
        ("latin.txt", 3, "UTF-8"),
    ],
)
def test_a_missing_or_binary_file_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, status: int, message: str
) -> None:
    (tmp_path / "picture.txt").write_bytes(b"\0\1\2")
    (tmp_path / "latin.txt").write_bytes("Lieber Müller".encode("latin-1"))
    assert cli.run(["review", str(tmp_path / name), "--no-browser"]) == status
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("within", [".", "data/parts", "data/parts/letter-1960-07-18.txt"])
def test_a_package_or_a_path_in_it_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], within: str
) -> None:
    packages = Path(__file__).parents[2] / "packages"
    package = shutil.copytree(packages / "1960-07-18-cpsu-to-sed", tmp_path / "package")
    assert cli.run(["review", str(package / within), "--no-browser"]) == 2
    said = (
        f"{package} is a package, not a record"
        if within == "."
        else f"inside the package {package}"
    )
    assert said in capsys.readouterr().err


def test_the_token_is_printed_but_not_in_the_command_line_of_the_browser(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[str] = []
    led: list[str] = []
    files: list[Path] = []

    def run(server: Server) -> None:
        server._socket.close()
        while not opened:  # a thread starts the browser
            time.sleep(0.01)
        file = Path(opened[0].removeprefix("file://"))
        led.append(file.read_text())
        assert file.parent.stat().st_mode & 0o777 == 0o700
        files.append(file)

    monkeypatch.setattr(Server, "run", run)
    monkeypatch.setattr("webbrowser.open", opened.append)
    assert cli.run(["review", str(tmp_path), "--quiet"]) == 0
    output = capsys.readouterr().out
    (address,) = (line.strip() for line in output.splitlines() if "http://127.0.0.1:" in line)
    assert "?token=" in address
    # The browser gets a private file that leads to the address. The file is removed afterwards.
    assert "token" not in opened[0]
    assert address in led[0]
    assert not files[0].exists()


def test_without_a_browser_nothing_says_that_a_page_has_opened(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Server, "run", lambda server: server._socket.close())
    monkeypatch.setattr("webbrowser.open", lambda address: pytest.fail("a browser was opened"))
    assert cli.run(["review", str(tmp_path), "--no-browser"]) == 0
    output = capsys.readouterr().out
    assert "To see it, open this file" in output
    assert "opened" not in output
