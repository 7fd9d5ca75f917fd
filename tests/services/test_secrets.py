"""No secret in the output, files or traces of a run, successful or not."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest

from archive_pkg.packages import build_package
from services import proxy, targets

pytestmark = pytest.mark.service
_SECRET = ("_TOKEN", "_PASSWORD", "_SECRET_ACCESS_KEY")


@pytest.mark.parametrize("harm", ["", "500", "lie", "reset after", "401"])
@pytest.mark.parametrize("name", ["webdav", "swift", "rdm"])
def test_secrets_are_neither_printed_nor_written_to_files(
    name: str, harm: str, letter: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    server = request.getfixturevalue(name)
    ca = getattr(server, "ca", None)
    tls = (ca.with_name("server.pem"), ca.with_name("server-key.pem"), ca) if ca else ()
    package = build_package(letter, tmp_path / "out", on=date(2026, 11, 24)).path
    target = targets.fresh(name, request.getfixturevalue, tmp_path / "place")
    with proxy.before(server.port, *tls) as between:
        between.fault = proxy.Fault(harm, at=3, times=999) if harm else None
        address = target.address.replace(f":{server.port}", f":{between.port}")
        here, there = f"port_{server.port}_", f"port_{between.port}_"
        environment = {
            **os.environ,
            **{key.replace(here, there): value for key, value in target.environment.items()},
            "ARCHIVE_PKG_TRACEBACK": "1",
            "AWS_MAX_ATTEMPTS": "1",
            "PYTHONUNBUFFERED": "1",
        }
        done = subprocess.run(
            [sys.executable, "-c", _IMPATIENT, "deposit", str(package), "--to", address, "--json"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode in ((0,) if not harm else (0, 4)), done.stderr
    said = done.stdout + done.stderr
    left = "".join(
        path.read_bytes().decode("utf-8", "replace")
        for path in package.with_name(f"{package.name}.receipts").iterdir()
    )
    secrets = [value for key, value in target.environment.items() if key.endswith(_SECRET)]
    assert secrets
    for secret in secrets:
        for form in (secret, quote(secret)):
            assert form not in said
            assert form not in left


_IMPATIENT = """
import logging, sys
logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
for noisy in ("botocore", "urllib3", "httpcore"):
    logging.getLogger(noisy).setLevel(logging.INFO)
from archive_pkg.deposits import patience
patience.PAUSES = ()
from archive_pkg.cli import main
main()
"""
