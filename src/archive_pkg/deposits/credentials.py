"""Find secrets, and keep them out of messages and files.

A secret belongs to one server: a host, and its port if that is not 443. It is stored under the
server's name: `data.example.org`, `data.example.org:8443`, `zenodo` or `zenodo-sandbox`. The
program searches the environment first (`ARCHIVE_PKG_<NAME>_TOKEN`, `…_USER` and `…_PASSWORD`), then
netrc, then the keyring. It never takes secrets from an address or an argument, and never writes
them to a journal or receipt. Text from others (a server's answer, a library's error) may repeat a
secret, so it passes `redact`. Addresses, paths and identifiers do not, because a password may be a
word that also occurs in them.
"""

from __future__ import annotations

import json
import netrc
import os
import re
import unicodedata
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import SplitResult, quote, unquote, urlsplit

from archive_pkg.errors import StorageError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICE = "archive-pkg"
WELL_KNOWN = {"zenodo": "zenodo.org", "zenodo-sandbox": "sandbox.zenodo.org"}
"""The hosts of the servers that have a short name."""
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?|[0-9a-f:.]*:[0-9a-f:.]*", re.ASCII)
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+-]*", re.ASCII)
_used: set[str] = set()


class Secret(str):
    """A secret, which may be sent but never shown."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


@dataclass(frozen=True, slots=True)
class Login:
    """A user and a password for one server."""

    user: str
    password: Secret

    def basic(self) -> dict[str, str]:
        """Return the header of HTTP's basic authentication (RFC 7617)."""
        pair = f"{self.user}:{self.password}".encode()
        return {"Authorization": f"Basic {_remembered(b64encode(pair).decode())}"}


def environment_name(name: str) -> str:
    """Return the form of a server's name in environment variables; no two servers share one.

    `data.example.org` is DATA_EXAMPLE_ORG, `data-example.org` is DATA__EXAMPLE_ORG, and
    `data.example.org:8443` is DATA_EXAMPLE_ORG_port_8443.
    """
    if name in WELL_KNOWN:
        return _old_environment_name(name)
    host, port = _host_and_port(name)
    escapes = {".": "_", "-": "__"}
    written = "".join(
        each.upper() if each.isalnum() else escapes.get(each, f"_x{ord(each):02x}_")
        for each in host
    )
    return f"{written}_port_{port}" if port else written


def _old_environment_name(name: str) -> str:
    """Return the form of earlier versions, which several servers can share."""
    return re.sub(r"[^A-Z0-9]+", "_", _host_and_port(name)[0].upper()).strip("_")


def unused_variable(name: str) -> str:
    """Return a note that a variable in the old form is set and is not used; "" if none is set."""
    old = _old_environment_name(name)
    if old == environment_name(name):
        return ""
    for end in ("TOKEN", "USER", "PASSWORD"):
        if os.environ.get(variable := f"ARCHIVE_PKG_{old}_{end}"):
            return f"{variable} is set, but not for {name}: another server could have that name"
    return ""


def server_name(parts: SplitResult) -> str:
    """Return the name under which the secrets of a server are stored.

    Args:
        parts: The server's HTTPS address.

    Raises:
        UsageError: The host has the short name of a well-known server.
    """
    host = str(parts.hostname)
    host = f"[{host}]" if ":" in host else host
    name = f"{host}:{parts.port}" if parts.port not in (None, 443) else host
    if environment_name(name) in {environment_name(known) for known in WELL_KNOWN}:
        raise UsageError(
            f"{host} could be mistaken for one of {', '.join(WELL_KNOWN.values())}",
            "Write the full name of the host.",
        )
    return name


def _host_and_port(name: str) -> tuple[str, str]:
    """Return the host and the port of a server's name; the port is empty if it has none."""
    host, colon, port = name.rpartition(":")
    return (host, port) if colon and port.isdecimal() and not host.endswith(":") else (name, "")


def find_token(name: str) -> Secret | None:
    """Return the token for a server; None if there is none."""
    for found in _tokens(name):
        return _remembered(found)
    return None


def bearer(name: str) -> dict[str, str]:
    """Return the header with a server's token (RFC 6750); empty if there is no token."""
    found = find_token(name)
    return {"Authorization": f"Bearer {found}"} if found else {}


def login(name: str) -> Login | None:
    """Return the user and password for a server; None if there are none."""
    variable = f"ARCHIVE_PKG_{environment_name(name)}"
    user, password = os.environ.get(f"{variable}_USER"), os.environ.get(f"{variable}_PASSWORD")
    if user and password:
        return Login(user, _remembered(password))
    listed = _netrc(name)
    if listed:
        return Login(listed[0], _remembered(listed[1]))
    kept = _from_keyring(name)
    if kept and ":" in kept:
        user, _, password = kept.partition(":")
        return Login(user, _remembered(password))
    return None


def _tokens(name: str) -> Iterator[str]:
    given = os.environ.get(f"ARCHIVE_PKG_{environment_name(name)}_TOKEN")
    if given:
        yield given
    listed = _netrc(name)
    if listed:
        yield listed[1]
    kept = _from_keyring(name)
    if kept:
        yield kept


def _netrc(name: str) -> tuple[str, str] | None:
    path = Path(os.environ.get("NETRC", "~/.netrc")).expanduser()
    if not path.is_file():
        return None
    try:
        entry = netrc.netrc(str(path)).hosts.get(WELL_KNOWN.get(name, name))
    except (netrc.NetrcParseError, OSError) as error:
        place = f", line {error.lineno}" if isinstance(error, netrc.NetrcParseError) else ""
        raise StorageError(
            f"{path} could not be read{place}", "Check that it is a netrc file."
        ) from None
    return (entry[0], entry[2]) if entry else None


def _from_keyring(name: str) -> str | None:
    try:
        return _ask_keyring(name)
    except _KeyringLockedError:
        return None


def keyring_failure(name: str) -> str:
    """Return why the keyring cannot be read; empty if it can, or if there is none."""
    try:
        _ask_keyring(name)
    except _KeyringLockedError as error:
        return str(error)
    return ""


class _KeyringLockedError(Exception):
    """The keyring exists and cannot be read, for example because it is locked."""


def _ask_keyring(name: str) -> str | None:
    try:
        import keyring
        import keyring.errors
    except ImportError:
        return None
    try:
        return keyring.get_password(SERVICE, name)
    except keyring.errors.NoKeyringError:
        return None
    except Exception as error:  # backends raise errors of any kind
        raise _KeyringLockedError(_brief(error)) from None


def keep(name: str, secret: str, user: str = "") -> None:
    """Put a token, or a user and password, for a server into the keyring.

    Args:
        name: The server's name: "zenodo", "zenodo-sandbox", a host, or a host and port.
        secret: The token or password.
        user: The user; empty for a token.

    Raises:
        StorageError: This computer does not have a keyring, or the keyring refuses.
        UsageError: The name is not valid, or the user has a colon.
    """
    import keyring
    import keyring.errors

    if name not in WELL_KNOWN:
        try:
            parts = split_address(f"https://{name}")
        except UsageError:
            parts = urlsplit("")
        if not name or parts.netloc != name or parts.username or ":" in user:
            raise UsageError(
                f"{user or name} is not a valid name",
                "NAME is zenodo, zenodo-sandbox, HOST or HOST:PORT, such as data.example.org; "
                "USER cannot have a colon.",
            )
        name = server_name(parts)
    variable = f"ARCHIVE_PKG_{environment_name(name)}"
    remember(secret)
    kept = f"{user}:{secret}" if user else secret
    hint = f"Without a keyring, set {variable}_" + ("USER and _PASSWORD." if user else "TOKEN.")
    try:
        keyring.set_password(SERVICE, name, kept)
        there = keyring.get_password(SERVICE, name)
    except keyring.errors.NoKeyringError:
        raise StorageError("there is no keyring on this computer", hint) from None
    except Exception as error:  # backends raise errors of any kind
        raise StorageError(f"the keyring cannot store it: {_brief(error)}", hint) from None
    if there != kept:
        raise StorageError("the keyring did not store it", hint)


def _brief(error: Exception) -> str:
    words = " ".join(str(error).split())
    return f"{type(error).__name__}: {_redact(words)}"[:200] if words else type(error).__name__


def _remembered(secret: str) -> Secret:
    _used.add(secret)
    return Secret(secret)


def remember(secret: str) -> None:
    """Remember a secret that a library found, so that `redact` removes it."""
    if secret:
        _used.add(secret)


T = TypeVar("T")


def redact(value: T) -> T:
    """Replace each secret that this process used with `***`.

    Secrets that are escaped as in addresses or in JSON are replaced, too; secrets of fewer than
    four characters are not.

    Args:
        value: A string, or a JSON value whose strings are redacted. Keys are not.
    """
    if isinstance(value, str):
        return _redact(value)  # type: ignore[return-value]
    if isinstance(value, Mapping):
        return {key: redact(each) for key, each in value.items()}  # type: ignore[return-value]
    if isinstance(value, list | tuple):
        return [redact(each) for each in value]  # type: ignore[return-value]
    return value


def _redact(text: str) -> str:
    for secret in tuple(_used):
        if len(secret) >= 4:
            for form in {secret, quote(secret, safe=""), _in_json(secret)}:
                text = text.replace(form, "***")
    return text


def _in_json(secret: str) -> str:
    return json.dumps(secret, ensure_ascii=False)[1:-1]


def split_address(address: str) -> SplitResult:
    """Split a server's address into its parts.

    Raises:
        UsageError: It has a password or control characters, no valid host, or an invalid port or
            user. The message omits the password.
    """
    if any(unicodedata.category(each).startswith("C") for each in address):
        shown = without_secret(address)
        raise UsageError(f"{shown!r} has control characters", "Write SCHEME://HOST/PATH.")
    try:
        parts = urlsplit(address)
        host, secret = parts.hostname, parts.password
        _ = parts.port
    except ValueError:
        message = f"{without_secret(address)} is not an address"
        raise UsageError(message, "Write SCHEME://HOST/PATH.") from None
    if secret is not None:
        raise UsageError(
            "the address has a password in it",
            "Leave it out: it would be in your shell's history and in every list of processes. "
            "Use `archive-pkg login`, netrc, or the environment.",
        )
    if not host:
        raise UsageError(
            f"{without_secret(address)} has no host", f"Write {parts.scheme}://HOST/PATH."
        )
    if not _HOST.fullmatch(host):
        raise UsageError(
            f"{without_secret(address)}: {host!r} is not the name of a host",
            "Write letters, digits, dots and hyphens, and other letters in their xn-- form.",
        )
    if parts.username is not None and not _USER.fullmatch(parts.username):
        message = f"{without_secret(address)}: the user name has characters that are not allowed"
        raise UsageError(message, "Write SCHEME://[USER@]HOST/PATH.")
    return parts


def place_of(parts: SplitResult) -> tuple[str, str]:
    """Return the path of an address twice: decoded, and in the form for receipts.

    An address may have any characters escaped. The form for receipts escapes only `?`, `#`, `%`,
    white space and control characters: people can read it, and it still leads to the same place.

    Raises:
        UsageError: The address has a query or a fragment after the path.
    """
    if parts.query or parts.fragment:
        raise UsageError(
            f"{parts.scheme}://{parts.netloc}{parts.path} has more text after its path",
            "Write ? as %3F, # as %23 and % as %25.",
        )
    plain = unquote(parts.path).rstrip("/")
    return plain, re.sub(r"[%?#\s\x00-\x1f]", lambda match: quote(match[0]), plain)


def without_secret(address: str) -> str:
    """Return an address with `***` in place of the user and password before its `@`."""
    return re.sub(r"//.*@", "//***@", address, flags=re.DOTALL)
