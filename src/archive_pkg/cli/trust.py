"""The options for signatures and timestamps that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from archive_pkg.cli.help import Command

_MAY_BE_BARE = "--require-signature"


class WithBareOptions(Command):
    """A command that accepts `--require-signature` with a value and without one."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Give `--require-signature` an empty value if it has none."""
        end = args.index("--") if "--" in args else len(args)
        whole = list(args)
        for place, word in enumerate(args[:end]):
            if word == _MAY_BE_BARE and "".join(args[place + 1 : place + 2])[:1] in ("", "-"):
                whole[place] = f"{word}="
        return super().parse_args(ctx, whole)


AllowedSigners = Annotated[
    Path | None,
    typer.Option(
        "--allowed-signers",
        help="OpenSSH allowed_signers file: the trusted keys and their owners. A signature by any "
        "other key is an error.",
    ),
]
RevokedKeys = Annotated[
    Path | None,
    typer.Option("--revoked", help="Revoked keys (OpenSSH key revocation list)."),
]
TimestampCa = Annotated[
    Path | None,
    typer.Option("--timestamp-ca", help="Trusted certificates of time-stamping authorities (PEM)."),
]
RequireSignature = Annotated[
    str | None,
    typer.Option(
        "--require-signature",
        metavar="[WHO]",
        help="Fail unless a package is signed by WHO (default: by any allowed signer).",
    ),
]
RequireTimestamp = Annotated[
    bool,
    typer.Option("--require-timestamp", help="Fail unless a package has a trusted timestamp."),
]
SigningKey = Annotated[
    Path | None,
    typer.Option(
        "--key", help="The private key; for a key in an ssh-agent or on a token, its public key."
    ),
]
