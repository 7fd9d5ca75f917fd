"""Deposits beside the plain tools that bring bytes to the same place, in the same run.

    python benchmarks/deposits.py [--size MIB] [--packages N] [--jobs N]

The plain tools only send; a deposit verifies the package first and proves afterwards what arrived.
The column "with proof" has the plain tool do the same: verify, send, read back. SFTP and S3 need
the servers that tests/services/install.sh installs (OpenSSH, Swift); what is absent is left out.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive_pkg import deposits
from archive_pkg.packages import build_package, verify

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]
LETTER = ROOT / "records" / "1960-07-18-cpsu-to-sed"
sys.path.insert(0, str(ROOT / "tests" / "services"))


def timed(do: Callable[[], object]) -> float:
    """Seconds that something takes."""
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun


def package(folder: Path, name: str, size: int) -> Path:
    """A package of the first letter, with a scan of so many bytes."""
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


def deposit(packages: list[Path], to: str, slips: Path, jobs: int) -> None:
    """Deposit, and stop at whatever fails."""
    for _, done in deposits.deposit_many(packages, to, receipts=slips, jobs=jobs):
        if isinstance(done, Exception):
            raise done


def verified(packages: list[Path]) -> None:
    """Verify each."""
    for each in packages:
        assert verify(each).ok


def read(folder: Path) -> None:
    """Digest every file of a folder."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                hashlib.file_digest(file, "sha256")


def row(what: str, ours: float, plain: float, proof: float, aim: float) -> None:
    """Print one comparison."""
    ratios = f"{ours / plain:5.2f} × plain, {ours / proof:5.2f} × with proof"
    print(f"{what:34} {ours:7.2f} s   {plain:7.2f} s  {proof:7.2f} s   {ratios}   (aim {aim})")


def ocfl(folder: Path, packages: list[Path], what: str, jobs: int) -> None:
    """Into an OCFL root, beside cp -r, sync -f and verify."""
    copies = folder / "copies"
    copies.mkdir()

    def copy() -> None:
        for each in packages:
            subprocess.run(["cp", "-r", each, copies], check=True)
        subprocess.run(["sync", "-f", copies], check=True)

    plain = timed(copy)
    proof = plain + timed(lambda: verified(packages))
    ours = timed(lambda: deposit(packages, f"ocfl:{folder / 'root'}", folder / "slips-o", jobs))
    row(f"OCFL, {what}", ours, plain, proof, 1.3)
    shutil.rmtree(copies)


def sftp(folder: Path, packages: list[Path], what: str, jobs: int) -> None:
    """Into OpenSSH, beside its own sftp."""
    import servers
    import targets

    server = servers.Sftp(folder / "sshd")
    try:
        target = targets.sftp(server, "ours")
        os.environ.update(target.environment)
        theirs = server.root / "theirs"
        theirs.mkdir()
        home = Path(target.environment["HOME"])
        batch = folder / "batch"
        batch.write_text("".join(f"put -r {each} {theirs}\n" for each in packages))
        options = ["-o", f"UserKnownHostsFile={home}/.ssh/known_hosts", "-F", "/dev/null"]
        login = ["-i", server.key, "-P", str(server.port), f"{server.user}@127.0.0.1"]
        command = ["sftp", "-q", "-b", batch, *options, *login]

        def put() -> None:
            subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)

        plain = timed(put)
        back = folder / "back"
        back.mkdir()
        batch.write_text("".join(f"get -r {theirs / each.name} {back}\n" for each in packages))
        proof = plain + timed(lambda: verified(packages)) + timed(put) + timed(lambda: read(back))
        ours = timed(lambda: deposit(packages, target.address, folder / "slips-f", jobs))
        row(f"SFTP, {what}", ours, plain, proof, 1.2 if len(packages) == 1 else 1.5)
    finally:
        server.stop()


def s3(folder: Path, packages: list[Path], what: str, jobs: int) -> None:
    """Into Swift's S3, beside s3transfer, which is boto3's upload."""
    import botocore.session
    import servers
    import targets
    from s3transfer.manager import TransferConfig, TransferManager

    server = servers.Swift(folder / "swift")
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
        files = [path for each in packages for path in each.rglob("*") if path.is_file()]
        size = 16 << 20
        config = TransferConfig(multipart_threshold=size, multipart_chunksize=size)

        def key(path: Path) -> str:
            return path.relative_to(folder / "packages").as_posix()

        def upload() -> None:
            with TransferManager(client, config) as manager:
                for path in files:
                    manager.upload(str(path), "theirs", key(path))

        def download(path: Path) -> Any:
            body = client.get_object(Bucket="theirs", Key=key(path))["Body"]
            hashing = hashlib.sha256()
            for block in body.iter_chunks(1 << 20):
                hashing.update(block)

        def back() -> None:
            with ThreadPoolExecutor(8) as pool:
                list(pool.map(download, files))

        plain = timed(upload)
        proof = plain + timed(lambda: verified(packages)) + timed(back)
        ours = timed(lambda: deposit(packages, target.address, folder / "slips-s", jobs))
        row(f"S3, {what}", ours, plain, proof, 1.2 if len(packages) == 1 else 1.5)
    finally:
        server.stop()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=64, help="MiB of the one large package")
    parser.add_argument("--packages", type=int, default=20, help="number of small packages")
    parser.add_argument("--jobs", type=int, default=4, help="small packages at a time")
    options = parser.parse_args()
    print(f"{'':34} {'deposit':>9}   {'plain':>9}  {'with proof':>10}")
    for number, size, what in (
        (1, options.size << 20, f"one package of {options.size} MiB"),
        (options.packages, 0, f"{options.packages} small packages"),
    ):
        for measure in (ocfl, sftp, s3):
            with tempfile.TemporaryDirectory(prefix="bench-deposits-") as name:
                folder = Path(name)
                folder.chmod(0o755)
                packages = [package(folder, f"letter-{i}", size) for i in range(number)]
                jobs = options.jobs if number > 1 else 1
                try:
                    measure(folder, packages, what, jobs)
                except (ImportError, RuntimeError) as reason:
                    print(f"{measure.__name__}, {what}: left out, {reason}")


if __name__ == "__main__":
    main()
