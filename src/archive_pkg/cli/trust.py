"""The options that say whom to believe, of every command that verifies packages."""

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
