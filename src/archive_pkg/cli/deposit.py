"""`archive-pkg deposit` and `archive-pkg fetch`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archive_pkg.cli.output import Json, Quiet, answering


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(deposit)
    app.command()(fetch)


def deposit(
    packages: Annotated[list[Path], typer.Argument(help="Folders of packages.")],
    to: Annotated[str, typer.Option("--to", help="The repository's address: ocfl:PATH.")],
    receipts: Annotated[
        Path | None,
        typer.Option("--receipts", help="The folder for receipts, if not beside the package."),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Deposit packages into a repository, and keep a receipt of each.

    Example: archive-pkg deposit packages/1960-07-18-cpsu-to-sed --to ocfl:archive
    """
    from archive_pkg import deposits

    with answering("deposit", as_json=as_json, quiet=quiet) as answer:
        for package in packages:
            with answer.about(package) as result:
                done = deposits.deposit(package, to, receipts=receipts)
                receipt = done.receipt
                result |= {
                    "target": receipt.target,
                    "remote_id": receipt.remote_id,
                    "version": receipt.version,
                    "verified": receipt.verified,
                    "new": done.new,
                    "receipt": str(done.path),
                }
                if receipt.verified == "unverified":
                    answer.worsen(4)
                what = "deposited" if done.new else "was there already, nothing was written;"
                answer.say(f"{package}: {what} as {receipt.version} of {receipt.remote_id}")
                answer.say(f"  in {receipt.target}/{receipt.location}, {_HOW[receipt.verified]}")
                answer.say(f"  receipt: {done.path}")


_HOW = {
    "server-digest": "the repository's digests are those of what was sent",
    "read-back": "read back, every digest is that of what was sent",
    "unverified": "NOT VERIFIED: the repository gives no way to tell what arrived",
}


def fetch(
    receipt: Annotated[Path, typer.Argument(help="A receipt that `deposit` wrote.")],
    out: Annotated[Path, typer.Option("--out", help="The folder for the package.")],
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Bring a package back from where its receipt says it is, byte for byte.

    Example: archive-pkg fetch packages/1960.receipts/ocfl-1a2b3c4d-v1.json --out back
    """
    from archive_pkg import deposits

    with (
        answering("fetch", as_json=as_json, quiet=quiet) as answer,
        answer.about(receipt) as result,
    ):
        package = deposits.fetch(receipt, out)
        result["package"] = str(package)
        answer.say(f"{package}: fetched; every digest is that of what was deposited")
