"""Compare deposits with plain tools that copy the same bytes to the same place.

    python benchmarks/deposits.py [--size MIB] [--packages N] [--jobs N] [--only ocfl,sftp,s3,file]

"deposit" is our command, which verifies, sends, checks what arrived, and writes a receipt. "plain"
is a tool that only sends: `cp -r` and `sync -f`, OpenSSH's `sftp`, or the upload of boto3. "with
proof" adds to the plain tool what is missing: it verifies first; for SFTP, it also syncs to the
server's disk (`put -f`), downloads the files and hashes them.

The table has both ratios and our peak memory. SFTP and S3 need the servers that
tests/services/install.sh installs (OpenSSH, Swift); without them, they are left out.
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
from typing import TYPE_CHECKING, Any

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


def timed(do: Callable[[], object]) -> float:
    """Return the seconds that a call takes."""
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun


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
    built = build_package(source, folder / "packages", on=date(2026, 11, 24)).path
    shutil.rmtree(source)
    return built


def ours(load: Load, to: str) -> tuple[float, int]:
    """Return the seconds and peak MiB of a deposit, including the start of the program."""
    words = ["deposit", load.packages[0].parent, "--to", to, "--receipts", load.folder / "slips"]
    command = [sys.executable, "-m", "archive_pkg", *words, "--jobs", load.jobs, "--quiet"]
    begun = time.perf_counter()
    process = subprocess.Popen([str(word) for word in command])
    _, status, usage = os.wait4(process.pid, 0)
    took = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return took, usage.ru_maxrss >> 10


def verified(load: Load) -> None:
    """Verify all packages, with the same number of jobs."""
    words = ["verify", load.packages[0].parent, "--jobs", load.jobs, "--quiet"]
    call([sys.executable, "-m", "archive_pkg", *words])


def read(folder: Path) -> None:
    """Hash every file in a folder."""
    for path in folder.rglob("*"):
        if path.is_file():
            fixity.digest(path, ["sha256"])


def row(what: str, ours: tuple[float, int], plain: float, proof: float, aim: str) -> None:
    """Print one comparison."""
    took, memory = ours
    print(
        f"{what:34} {took:7.2f} s {memory:5} MiB  {plain:7.2f} s {proof:7.2f} s  "
        f"{took / plain:5.2f} × plain, {took / proof:5.2f} × with proof   (aim {aim})",
        flush=True,
    )


def ocfl(load: Load, scheme: str = "ocfl") -> None:
    """Compare deposits into an OCFL root with cp -r, sync -f and verify."""
    copies = load.folder / "copies"

    def copy() -> None:
        call(["cp", "-r", load.packages[0].parent, copies])
        call(["sync", "-f", copies])

    plain = timed(copy)
    proof = plain + timed(lambda: verified(load))
    # The copies stay: ext4 makes new files slowly for minutes after many were removed.
    row(
        f"{scheme}, {load.what}",
        ours(load, f"{scheme}:{load.folder / 'root'}"),
        plain,
        proof,
        "1.3 × with proof",
    )


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
        proof = timed(lambda: batches("put -fr", lambda each: f"{each} {flushed}"))
        proof += timed(lambda: verified(load))
        proof += timed(lambda: batches("get -r", lambda each: f"{flushed / each.name} {back}"))
        proof += timed(lambda: read(back))
        call(["sync", "-f", load.folder])
        took = ours(load, target.address)
        row(f"sftp, {load.what}", took, plain, proof, _aim(load))
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
        proof = plain + timed(lambda: verified(load))
        took = ours(load, target.address)
        row(f"s3, {load.what}", took, plain, proof, _aim(load))
    finally:
        server.stop()


def _aim(load: Load) -> str:
    return "1.2 × plain" if len(load.packages) == 1 else "1.5 × plain"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=64, help="size of the large package in MiB")
    parser.add_argument("--packages", type=int, default=20, help="number of small packages")
    parser.add_argument("--jobs", type=int, default=4, help="small packages at a time")
    parser.add_argument("--only", default="ocfl,file,sftp,s3", help="kinds of repositories")
    options = parser.parse_args()
    print(f"{'':34} {'deposit':>9} {'memory':>9}  {'plain':>9} {'with proof':>9}")
    measures = {"ocfl": ocfl, "file": file, "sftp": sftp, "s3": s3}
    for number, size, what in (
        (1, options.size << 20, f"one package of {options.size} MiB"),
        (options.packages, 0, f"{options.packages} small packages"),
    ):
        for name in options.only.split(",") if number and (size or number > 1) else ():
            with tempfile.TemporaryDirectory(prefix="bench-deposits-") as place:
                folder = Path(place)
                folder.chmod(0o755)
                packages = [package(folder, f"letter-{i}", size) for i in range(number)]
                jobs = options.jobs if number > 1 else 1
                subprocess.run(["sync", "-f", folder], check=True)
                try:
                    measures[name](Load(folder, packages, jobs, what))
                except (ImportError, RuntimeError) as reason:
                    print(f"{name}, {what}: left out, {reason}")


if __name__ == "__main__":
    main()
