"""Compare deposits with plain tools that copy the same bytes to the same place.

    python benchmarks/deposits.py [--size MIB] [--packages N] [--jobs N] [--only ocfl,sftp,s3,file]

"deposit" is our command, which verifies, sends, checks what arrived, and writes a receipt. "plain"
is a tool that only sends: `cp -r` and `sync -f`, OpenSSH's `sftp`, or the upload of boto3. "with
proof" adds to the plain tool what is missing. A copy on disk is verified by `archive-pkg verify`.
For SFTP and S3, the packages are verified first; for SFTP, they are also synced to the server's
disk (`put -f`), downloaded and hashed. S3 servers check the digests that boto3 sends.

The table has our peak memory and both ratios, of seconds and of processor time; the processor time
of servers does not count. SFTP and S3 need the servers that tests/services/install.sh installs
(OpenSSH, Swift); without them, they are left out.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from archive_pkg import fixity
from archive_pkg.packages import build_package

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).parents[1]
LETTER = ROOT / "records" / "1960-07-18-cpsu-to-sed"
sys.path.insert(0, str(ROOT / "tests"))


@dataclass(frozen=True)
class Load:
    """The packages to deposit, the number of jobs, and a description."""

    folder: Path
    packages: list[Path]
    jobs: int
    what: str


class Spent(NamedTuple):
    """The seconds and the processor time of a call; of this process and those that it ended."""

    wall: float
    processor: float

    def and_then(self, do: Callable[[], object]) -> Spent:
        """Return the sum of this and of what a call takes."""
        more = timed(do)
        return Spent(self.wall + more.wall, self.processor + more.processor)


def timed(do: Callable[[], object]) -> Spent:
    """Return what a call takes."""
    begun, before = time.perf_counter(), os.times()
    do()
    took, now = time.perf_counter() - begun, os.times()
    return Spent(took, sum(now[:4]) - sum(before[:4]))


def call(words: Sequence[object]) -> None:
    """Run a program."""
    subprocess.run([str(word) for word in words], check=True, stdout=subprocess.DEVNULL)


def package(folder: Path, name: str, size: int) -> Path:
    """Build a package of the first letter, with a scan of this size in bytes."""
    source = folder / "records" / name
    shutil.copytree(LETTER, source)
    record = source / "record.yaml"
    text = record.read_text().replace(f"id: {LETTER.name}", f"id: {name}", 1)
    if size:
        with (source / "scan.tif").open("wb") as file:
            for _ in range(size >> 20):
                file.write(os.urandom(1 << 20))
        scan = "  - {id: scan, kind: scan, file: scan.tif, media_type: image/tiff}\n"
        text = text.replace("parts:\n", "parts:\n" + scan, 1)
    record.write_text(text)
    return build_package(source, folder / "packages", on=date(2026, 11, 24)).path


def ours(load: Load, to: str) -> tuple[Spent, int]:
    """Return what a deposit takes with the start of the program, and its peak MiB."""
    words = ["deposit", load.packages[0].parent, "--to", to, "--receipts", load.folder / "slips"]
    command = [sys.executable, "-m", "archive_pkg", *words, "--jobs", load.jobs, "--quiet"]
    begun = time.perf_counter()
    process = subprocess.Popen([str(word) for word in command])
    _, status, usage = os.wait4(process.pid, 0)
    took = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return Spent(took, usage.ru_utime + usage.ru_stime), usage.ru_maxrss >> 10


def verified(load: Load, folder: Path | None = None) -> None:
    """Verify all packages, or those in another folder, with the same number of jobs."""
    words = ["verify", folder or load.packages[0].parent, "--jobs", load.jobs, "--quiet"]
    call([sys.executable, "-m", "archive_pkg", *words])


def read(folder: Path) -> None:
    """Hash every file in a folder."""
    for path in folder.rglob("*"):
        if path.is_file():
            fixity.digest(path, ["sha256"])


def row(what: str, ours: tuple[Spent, int], plain: Spent, proof: Spent) -> None:
    """Print one comparison."""
    took, memory = ours
    print(
        f"{what:28} {took.wall:7.2f} s {memory:5} MiB  {plain.wall:7.2f} s {proof.wall:7.2f} s  "
        f"{took.wall / plain.wall:5.2f} × plain, {took.wall / proof.wall:5.2f} × with proof, "
        f"{took.processor / proof.processor:5.2f} × its processor time   (aim 1.2 × with proof)",
        flush=True,
    )


def ocfl(load: Load, scheme: str = "ocfl") -> None:
    """Compare deposits into an OCFL root with cp -r, sync -f and verify."""
    copies = load.folder / "copies"

    def copy() -> None:
        call(["cp", "-r", load.packages[0].parent, copies])
        call(["sync", "-f", copies])

    plain = timed(copy)
    proof = plain.and_then(lambda: verified(load, copies))
    took = ours(load, f"{scheme}:{load.folder / 'root'}")
    row(f"{scheme}, {load.what}", took, plain, proof)


def file(load: Load) -> None:
    """Compare deposits into a drop folder on disk with the same tools."""
    ocfl(load, "file")


def sftp(load: Load) -> None:
    """Compare deposits to an OpenSSH server with OpenSSH's sftp."""
    from services import servers, targets

    server = servers.Sftp(load.folder / "sshd")
    try:
        target = targets.sftp(server, "ours")
        os.environ.update(target.environment)
        theirs, flushed, back = (server.root / "a", server.root / "b", load.folder / "back")
        for each in (theirs, flushed, back):
            each.mkdir()
        options = [*target.environment["ARCHIVE_PKG_SSH"].split()[1:], "-P", str(server.port)]

        def batches(command: str, place: Callable[[Path], str]) -> None:
            def one(number: int) -> None:
                batch = load.folder / f"batch-{number}"
                some = load.packages[number :: load.jobs]
                batch.write_text("".join(f"{command} {place(each)}\n" for each in some))
                call(["sftp", "-q", "-b", batch, *options, servers.LOOPBACK])

            with ThreadPoolExecutor(load.jobs) as pool:
                list(pool.map(one, range(load.jobs)))

        plain = timed(lambda: batches("put -r", lambda each: f"{each} {theirs}"))
        proof = timed(lambda: verified(load))
        for step in (
            lambda: batches("put -fr", lambda each: f"{each} {flushed}"),
            lambda: batches("get -r", lambda each: f"{flushed / each.name} {back}"),
            lambda: read(back),
        ):
            proof = proof.and_then(step)
        call(["sync", "-f", load.folder])
        took = ours(load, target.address)
        row(f"sftp, {load.what}", took, plain, proof)
    finally:
        server.stop()


def s3(load: Load) -> None:
    """Compare deposits to Swift's S3 interface with s3transfer, which boto3 uses for uploads."""
    import botocore.session
    from s3transfer.manager import TransferConfig, TransferManager

    from services import servers, targets

    server = servers.Swift(load.folder / "swift")
    try:
        target = targets.s3(server, "ours")
        os.environ.update(target.environment)
        client: Any = botocore.session.get_session().create_client(
            "s3",
            region_name="us-east-1",
            endpoint_url=server.url,
            aws_access_key_id=server.key,
            aws_secret_access_key=server.secret,
        )
        client.create_bucket(Bucket="theirs")
        files = [path for each in load.packages for path in each.rglob("*") if path.is_file()]
        size = 16 << 20
        config = TransferConfig(multipart_threshold=size, multipart_chunksize=size)

        def upload() -> None:
            with TransferManager(client, config) as manager:
                sent = [
                    manager.upload(str(path), "theirs", path.relative_to(load.folder).as_posix())
                    for path in files
                ]
                for each in sent:
                    each.result()

        plain = timed(upload)
        proof = plain.and_then(lambda: verified(load))
        took = ours(load, target.address)
        row(f"s3, {load.what}", took, plain, proof)
    finally:
        server.stop()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=64, help="size of the large package in MiB")
    parser.add_argument("--packages", type=int, default=20, help="number of small packages")
    parser.add_argument("--jobs", type=int, default=4, help="small packages at a time")
    parser.add_argument("--only", default="ocfl,file,sftp,s3", help="kinds of repositories")
    options = parser.parse_args()
    print(f"{'':28} {'deposit':>9} {'memory':>9}  {'plain':>9} {'with proof':>9}")
    measures = {"ocfl": ocfl, "file": file, "sftp": sftp, "s3": s3}
    with tempfile.TemporaryDirectory(prefix="bench-deposits-") as place:
        # No measure removes files: ext4 makes files slowly for minutes after many were removed.
        Path(place).chmod(0o755)
        for number, size, what in (
            (1, options.size << 20, f"one package of {options.size} MiB"),
            (options.packages, 0, f"{options.packages} small packages"),
        ):
            for name in options.only.split(",") if number and (size or number > 1) else ():
                folder = Path(place) / f"{name}-{number}"
                folder.mkdir()
                packages = [package(folder, f"letter-{i}", size) for i in range(number)]
                jobs = options.jobs if number > 1 else 1
                subprocess.run(["sync", "-f", folder], check=True)
                try:
                    measures[name](Load(folder, packages, jobs, what))
                except (ImportError, RuntimeError) as reason:
                    print(f"{name}, {what}: left out, {reason}")


if __name__ == "__main__":
    main()
