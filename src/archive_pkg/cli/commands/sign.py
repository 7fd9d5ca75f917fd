"""`archive-pkg sign`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archive_pkg.cli.output import Json, Quiet, answering, warn
from archive_pkg.cli.trust import SigningKey


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(sign)


def sign(
    packages: Annotated[
        list[Path], typer.Argument(help="Packages or other bags, or folders of them.")
    ],
    key: SigningKey = None,
    timestamp: Annotated[
        str | None,
        typer.Option(
            "--timestamp",
            metavar="URL",
            help="Address of a time-stamping authority (RFC 3161). Without --key, timestamp "
            "existing signatures.",
        ),
    ] = None,
    renew: Annotated[
        bool, typer.Option("--renew", help="Add a new timestamp to signatures that have one.")
    ] = False,
    receipts: Annotated[
        Path | None,
        typer.Option(
            "--receipts", help="The folder of the receipts [default: next to each package]."
        ),
    ] = None,
    wait: Annotated[
        float, typer.Option(min=0, help="Seconds to wait for another run on the same package.")
    ] = 0,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Sign packages with an OpenSSH key, and get timestamps for the signatures.

    Example: archive-pkg sign packages/1960-07-18-cpsu-to-sed --key ~/.ssh/id_ed25519
    """
    from archive_pkg.collection import find_packages
    from archive_pkg.packages.signatures.signing import sign as sign_

    with answering("sign", as_json=as_json, quiet=quiet) as answer:
        for package in find_packages(packages, answer.noted):
            with answer.about(package) as result:
                done = sign_(
                    package, key=key, timestamp=timestamp, renew=renew, receipts=receipts, wait=wait
                )
                result |= {
                    "fingerprint": done.fingerprint,
                    "signatures": list(done.signatures),
                    "timestamps": list(done.stamps),
                    "pending": list(done.pending),
                }
                if done.signatures:
                    answer.say(f"{package}: signed with key {done.fingerprint}")
                elif done.fingerprint:
                    answer.say(f"{package}: already signed with key {done.fingerprint}")
                for path in (*done.signatures, *done.stamps):
                    answer.say(f"  {path}")
                if timestamp and not (done.stamps or done.pending):
                    answer.say(f"{package}: already has timestamps; add new ones with --renew")
                for reason in done.pending:
                    answer.worsen(4)
                    warn(f"{package}: no timestamp yet: {reason}")
                if done.pending:
                    warn(f"       → Run later: archive-pkg sign {package} --timestamp {timestamp}")
