"""Files are fetched only on request and from allowed addresses, and are checked."""

from __future__ import annotations

import contextlib
import hashlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from archive_pkg import bags
from archive_pkg.bags.fetching import downloads
from archive_pkg.bags.fetching.addresses import is_public
from archive_pkg.errors import InvalidError
from archive_pkg.storage import hidden

BODY = bytes(range(256)) * 5000


MOOD_REDIRECTS = {
    "to-nowhere": "http://[::1/x",
    "to-user": "http://me:hunter2@127.0.0.1/x",
    "to-control": "http://127.0.0.1/a b\tc",
}


class Server(ThreadingHTTPServer):
    """A web server that keeps the paths and ranges that it is asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(BaseHTTPRequestHandler):
    """A web server whose path decides how it answers."""

    server: Server

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers.get("Range")))
        mood = self.path.strip("/")
        start = 0
        if (wanted := self.headers.get("Range")) and mood not in ("norange", "whole"):
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
        if mood.startswith("redirect"):
            self.send_response(302)
            self.send_header("Location", {"redirect": "/good"}.get(mood, "file:///etc/passwd"))
            self.end_headers()
            return
        if mood == "loop":
            self.send_response(302)
            self.send_header("Location", "/loop")
            self.end_headers()
            return
        if mood.startswith("steps-") and (left := int(mood.removeprefix("steps-"))):
            self.send_response(302)
            self.send_header("Location", f"/steps-{left - 1}")
            self.end_headers()
            return
        if mood == "stuck" and start:
            self.send_error(416)
            return
        if mood in ("drip", "drip-headers", "drip-chunks"):
            self.drip(mood)
            return
        if mood in MOOD_REDIRECTS:
            self.send_response(302)
            self.send_header("Location", MOOD_REDIRECTS[mood])
            self.end_headers()
            return
        if mood == "gone":
            self.send_error(404)
            return
        body = {"wrong": b"x" * len(BODY), "longer": BODY + b"more"}.get(mood, BODY)
        self.send_response(206 if start or mood == "whole" else 200)
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        self.wfile.write(body[start : 300_000 if mood == "breaks" and not start else None])

    def drip(self, mood: str) -> None:
        """Send a byte now and then, and never an end."""
        before = {
            "drip": b"HTTP/1.1 200 OK\r\n\r\n",
            "drip-headers": b"HTTP/1.1 200 OK\r\nX: ",
            "drip-chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        }
        with contextlib.suppress(OSError):
            self.wfile.write(before[mood])
            while True:
                self.wfile.write(b"0")
                time.sleep(0.02)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def holey(tmp_path: Path, *lines: str) -> Path:
    bag = tmp_path / "bag"
    bag.mkdir()
    bags.write(bag, {f"sub/{number}": BODY for number in range(len(lines))})
    text = ""
    for number, line in enumerate(lines):
        (bag / f"data/sub/{number}").unlink()
        text += f"{line} data/sub/{number}\n"
    (bag / "data/sub").rmdir()
    (bag / "fetch.txt").write_text(text)
    for algorithm in ("sha256", "sha512"):
        with (bag / f"tagmanifest-{algorithm}.txt").open("a") as manifest:
            manifest.write(f"{hashlib.new(algorithm, text.encode()).hexdigest()}  fetch.txt\n")
    return bag


def url(server: Server, mood: str) -> str:
    return f"http://127.0.0.1:{server.server_port}/{mood}"


@pytest.mark.parametrize(("redirects", "files"), [(5, 1), (6, 0)])
def test_up_to_five_redirects_are_followed(
    tmp_path: Path, server: Server, redirects: int, files: int
) -> None:
    bag = holey(tmp_path, f"{url(server, f'steps-{redirects}')} -")
    done = bags.fetch(bag, allow_private=True)
    assert done.files == files
    found = [finding.message.partition(": ")[2] for finding in done.report]
    assert found == [f"{url(server, 'steps-0')}: more than 5 redirects"] * (1 - files)


def test_files_are_fetched_and_the_bag_is_then_valid(tmp_path: Path, server: Server) -> None:
    bag = holey(tmp_path, f"{url(server, 'good')} {len(BODY)}", f"{url(server, 'redirect')} -")
    verdict = bags.verify(bag)
    assert server.asked == []
    assert {finding.code for finding in verdict.report} == {"payload-file-unfetched"}
    fetched = downloads.fetch(bag, allow_private=True)
    assert list(fetched.report) == []
    assert (fetched.files, fetched.size) == (2, 2 * len(BODY))
    assert bags.verify(bag, second_opinion=True).valid
    assert downloads.fetch(bag, allow_private=True).files == 0
    assert [path.name for path in tmp_path.iterdir()] == ["bag"]


def test_private_addresses_are_refused_unless_allowed(tmp_path: Path, server: Server) -> None:
    port = server.server_port
    bag = holey(
        tmp_path,
        f"http://127.0.0.1:{port}/good -",
        f"http://localhost:{port}/good -",
        f"http://[::ffff:127.0.0.1]:{port}/good -",
        "http://10.1.2.3/good -",
        "http://169.254.169.254/latest -",
        "http://[::1]/good -",
        "http://0.0.0.0/good -",
        "file:///etc/passwd -",
        "ftp://a.example/x -",
    )
    fetched = downloads.fetch(bag)
    assert [finding.code for finding in fetched.report] == ["fetch-refused"] * 9
    assert server.asked == []


@pytest.mark.parametrize(
    ("mood", "length", "code"),
    [
        ("gone", "-", "fetch-failed"),
        ("loop", "-", "fetch-failed"),
        ("redirect-to-file", "-", "fetch-refused"),
        ("wrong", "-", "fetch-digest-mismatch"),
        ("wrong", str(len(BODY)), "fetch-digest-mismatch"),
        ("longer", str(len(BODY)), "fetch-size-mismatch"),
        ("good", "5", "fetch-size-mismatch"),
    ],
)
def test_a_failed_download_is_reported_and_leaves_no_file(
    tmp_path: Path, server: Server, mood: str, length: str, code: str
) -> None:
    bag = holey(tmp_path, f"{url(server, mood)} {length}")
    fetched = downloads.fetch(bag, allow_private=True)
    assert [finding.code for finding in fetched.report] == [code]
    assert not (bag / "data/sub/0").exists()


@pytest.mark.parametrize("length", [str(len(BODY)), "-"])
def test_an_interrupted_download_is_resumed(tmp_path: Path, server: Server, length: str) -> None:
    bag = holey(tmp_path, f"{url(server, 'breaks')} {length}")
    assert [f.code for f in downloads.fetch(bag, allow_private=True).report] == ["fetch-failed"]
    assert hidden(bag, ".fetched").is_dir()
    fetched = downloads.fetch(bag, allow_private=True)
    assert list(fetched.report) == []
    assert fetched.size == len(BODY) - 300_000
    assert server.asked == [("/breaks", None), ("/breaks", "bytes=300000-")]
    assert bags.verify(bag).valid


@pytest.mark.parametrize(
    ("mood", "length"), [("good", "-"), ("norange", "-"), ("whole", str(len(BODY)))]
)
def test_stale_partial_downloads_are_discarded(
    tmp_path: Path, server: Server, mood: str, length: str
) -> None:
    bag = holey(tmp_path, f"{url(server, mood)} {length}")
    parts = hidden(bag, ".fetched")
    parts.mkdir()
    (parts / hashlib.sha256(b"data/sub/0").hexdigest()).write_bytes(b"stale")
    assert list(downloads.fetch(bag, allow_private=True).report) == []
    assert bags.verify(bag).valid


def test_bad_urls_do_not_prevent_the_other_downloads(tmp_path: Path, server: Server) -> None:
    bad = [
        "http://127.0.0.1:99999/x",
        "http://[::1/x",
        f"http://{'a' * 70}.example/x",
        f"http://{'a.' * 200}example/x",
        "http://me:hunter2@127.0.0.1/x",
        "http://127.0.0.1:1/x",
        f"{url(server, 'ü')}",
        f"{url(server, 'gone')}",
        *(url(server, mood) for mood in MOOD_REDIRECTS),
    ]
    bag = holey(tmp_path, *(f"{each} -" for each in [*bad, url(server, "good")]))
    fetched = downloads.fetch(bag, allow_private=True)
    assert fetched.files == 1
    assert len(list(fetched.report)) == len(bad)
    assert {finding.code for finding in fetched.report} <= {"fetch-failed", "fetch-refused"}
    assert not [finding for finding in fetched.report if "hunter2" in str(finding)]


def test_a_partial_download_longer_than_the_file_starts_again(
    tmp_path: Path, server: Server
) -> None:
    bag = holey(tmp_path, f"{url(server, 'stuck')} -", f"{url(server, 'good')} -")
    parts = hidden(bag, ".fetched")
    parts.mkdir()
    (parts / hashlib.sha256(b"data/sub/0").hexdigest()).write_bytes(BODY + b"more")
    fetched = downloads.fetch(bag, allow_private=True)
    assert (list(fetched.report), fetched.files) == ([], 2)


@pytest.mark.parametrize("mood", ["drip", "drip-headers", "drip-chunks"])
def test_a_slow_server_is_disconnected(
    mood: str, tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "_SECONDS", 0.2)
    bag = holey(tmp_path, f"{url(server, mood)} -", f"{url(server, 'good')} -")
    fetched = downloads.fetch(bag, allow_private=True)
    assert ["bytes a second" in str(finding.message) for finding in fetched.report] == [True]
    assert fetched.files == 1


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
        *("::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "ff0e::1"),
        *("::ffff:10.0.0.1", "::127.0.0.1", "::10.0.0.1"),
        *("64:ff9b::7f00:1", "64:ff9b::169.254.169.254", "64:ff9b:1::8.8.8.8", "64:ff9b:1:a::1"),
        *("2002:7f00:1::1", "2002:a00:1::", "2001:0:0a00:1::1", "2001:0:808:808::80ff:fffe"),
    ],
)
def test_private_addresses_are_recognized_in_every_notation(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"],
)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


def test_a_link_in_the_bag_is_not_followed(tmp_path: Path, server: Server) -> None:
    bag = holey(tmp_path, f"{url(server, 'good')} -")
    (tmp_path / "elsewhere").mkdir()
    (bag / "data/sub").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InvalidError):
        downloads.fetch(bag, allow_private=True)
    assert list((tmp_path / "elsewhere").iterdir()) == []
