"""The repositories of the tests: their addresses, logins and contents."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from services import servers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass
class Target:
    """A running repository.

    Attributes:
        address: The value for `--to`.
        environment: Variables with the login and the path of the certificates.
        held: Returns the SHA-256 of every file on the server that has its final name, by path,
            from the server's interface or from its disk. Each deposit adds files.
        zipped: Whether packages are stored as zips.
        publishes: Whether it has drafts.
        clear: Empties the place; None if each deposit is new anyway.
        records: Returns the state of each draft and record, if there are drafts.
    """

    address: str
    held: Callable[[], Mapping[str, str]]
    environment: dict[str, str] = field(default_factory=dict)
    zipped: bool = False
    publishes: bool = False
    clear: Callable[[], None] | None = None
    records: Callable[[], Mapping[str, str]] = dict


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file in a folder, without hidden folders."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.relative_to(folder).parts[0].startswith(".")
    }


def file(folder: Path) -> Target:
    return Target(f"file:{folder / 'drop'}", lambda: digests(folder / "drop"))


def sftp(server: servers.Sftp, name: str, port: int | None = None) -> Target:
    """Return a fresh folder of the server, with a configuration of ssh for it."""
    root = server.root / name
    root.mkdir()
    ssh = server.root.parent / f"ssh-{name}"
    ssh.mkdir()
    port = port or server.port
    known = f"[{servers.LOOPBACK}]:{port} {' '.join(server.host_key)}\n"
    (ssh / "known_hosts").write_text(known)
    (ssh / "config").write_text(
        f"Host {servers.LOOPBACK}\n  IdentityFile {server.key}\n  User {server.user}\n"
        f"  UserKnownHostsFile {ssh / 'known_hosts'}\n  GlobalKnownHostsFile /dev/null\n"
    )
    return Target(
        f"sftp://{servers.LOOPBACK}:{port}{root}",
        lambda: digests(root),
        {"ARCHIVE_PKG_SSH": f"ssh -F {ssh / 'config'}"},
    )


def variable(port: int, what: str) -> str:
    """Return the variable for a secret of the server at a port of this machine."""
    return f"ARCHIVE_PKG_127_0_0_1_port_{port}_{what}"


def webdav(server: servers.WebDav, name: str, port: int | None = None) -> Target:
    """Return a fresh folder of the server."""
    root = server.root / name
    root.mkdir()

    def clear() -> None:
        for each in root.iterdir():
            shutil.rmtree(each)

    return Target(
        f"davs://{servers.LOOPBACK}:{port or server.port}/{name}",
        lambda: digests(root),
        {
            "SSL_CERT_FILE": str(server.ca),
            variable(port or server.port, "USER"): server.user,
            variable(port or server.port, "PASSWORD"): server.password,
        },
        clear=clear,
    )


def s3(server: servers.Swift | servers.LocalStack | servers.Moto, name: str) -> Target:
    """Return a fresh bucket of the server."""
    import botocore.session

    client = botocore.session.get_session().create_client(
        "s3",
        region_name="us-east-1",
        endpoint_url=server.url,
        aws_access_key_id=server.key,
        aws_secret_access_key=server.secret,
    )
    client.create_bucket(Bucket=name)

    def held() -> dict[str, str]:
        found = client.list_objects_v2(Bucket=name).get("Contents", [])
        return {
            each["Key"]: hashlib.sha256(
                client.get_object(Bucket=name, Key=each["Key"])["Body"].read()
            ).hexdigest()
            for each in found
        }

    def clear() -> None:
        for each in client.list_objects_v2(Bucket=name).get("Contents", []):
            client.delete_object(Bucket=name, Key=each["Key"])

    return Target(
        f"s3://{name}/letters?endpoint={server.url}",
        held,
        {
            "AWS_ACCESS_KEY_ID": server.key,
            "AWS_SECRET_ACCESS_KEY": server.secret,
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        },
        clear=clear,
    )


def rdm(server: servers.InvenioRdm, port: int | None = None) -> Target:
    """Return the server; only records made from now on are counted."""
    before = set(server.files())
    return Target(
        f"inveniordm+https://{servers.LOOPBACK}:{port or server.port}?publisher=The+Archive",
        lambda: {key: digest for key, digest in server.files().items() if key not in before},
        {"SSL_CERT_FILE": str(server.ca), variable(port or server.port, "TOKEN"): server.token},
        zipped=True,
        publishes=True,
        records=server.records,
    )


def swh(server: servers.SwhDeposit, port: int | None = None) -> Target:
    """Return the server's collection."""
    return Target(
        f"sword2+https://{servers.LOOPBACK}:{port or server.port}/1/{server.collection}/",
        server.archives,
        {
            "SSL_CERT_FILE": str(server.ca),
            variable(port or server.port, "USER"): server.user,
            variable(port or server.port, "PASSWORD"): server.password,
        },
        zipped=True,
        publishes=True,
        records=server.deposits,
    )


NAMES = ("file", "sftp", "webdav", "swift", "localstack", "moto", "rdm")


def fresh(name: str, fixture: Callable[[str], object], folder: Path) -> Target:
    """Return a fresh place in a repository, which is started if it is not running."""
    folder.mkdir(parents=True, exist_ok=True)
    if name == "file":
        return file(folder)
    unique = hashlib.sha256(str(folder).encode()).hexdigest()[:8]
    server = fixture(name)
    if isinstance(server, servers.Sftp):
        return sftp(server, unique)
    if isinstance(server, servers.WebDav):
        return webdav(server, unique)
    if isinstance(server, servers.Swift | servers.LocalStack | servers.Moto):
        return s3(server, f"b{unique}")
    if isinstance(server, servers.InvenioRdm):
        return rdm(server)
    raise ValueError(name)
