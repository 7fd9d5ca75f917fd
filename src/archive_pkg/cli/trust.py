"""The options that say whom to believe and who signs, of every command that has to do with it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

AllowedSigners = Annotated[
    Path | None,
    typer.Option("--allowed-signers", help="Whose keys may sign (a file of OpenSSH's)."),
]
RevokedKeys = Annotated[
    Path | None,
    typer.Option("--revoked", help="Keys that count no more (a file of OpenSSH's)."),
]
TimestampCa = Annotated[
    Path | None,
    typer.Option("--timestamp-ca", help="Certificates of time-stamping authorities (PEM)."),
]
SigningKey = Annotated[
    Path | None,
    typer.Option(
        "--key", help="The private key, or the public key of one in an ssh-agent or on a token."
    ),
]
