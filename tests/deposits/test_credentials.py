"""Secrets: where they are found, and that they are never shown."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import keyring
import keyring.backend
import pytest

from archive_pkg import deposits
from archive_pkg.deposits import credentials, load_receipt
from archive_pkg.deposits.repository_interface import login_lacking
from archive_pkg.errors import StorageError, UsageError
from archive_pkg.packages import build_package
from archive_pkg.packages.building import differing


class Memory(keyring.backend.KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring leaves it without types
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Memory:
    memory = Memory()
    monkeypatch.setattr(keyring, "get_password", memory.get_password)
    monkeypatch.setattr(keyring, "set_password", memory.set_password)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setattr(credentials, "_used", set())
    return memory


def test_tokens_come_from_the_environment_then_netrc_then_the_keyring(
    keys: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert credentials.find_token("data.example.org") is None
    assert credentials.bearer("data.example.org") == {}
    credentials.keep("data.example.org", "from the keyring")
    assert credentials.find_token("data.example.org") == "from the keyring"
    (tmp_path / "netrc").write_text("machine data.example.org login me password from-netrc\n")
    assert credentials.find_token("data.example.org") == "from-netrc"
    monkeypatch.setenv("ARCHIVE_PKG_DATA_EXAMPLE_ORG_TOKEN", "from the environment")
    assert credentials.find_token("data.example.org") == "from the environment"


def test_a_login_comes_from_the_environment_or_the_keyring(
    keys: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert credentials.login("drop.example.org") is None
    credentials.keep("drop.example.org", "pass:word", "me")
    found = credentials.login("drop.example.org")
    assert found is not None
    assert (found.user, found.password) == ("me", "pass:word")
    assert "pass:word" not in repr(found)
    monkeypatch.setenv("ARCHIVE_PKG_DROP_EXAMPLE_ORG_USER", "you")
    monkeypatch.setenv("ARCHIVE_PKG_DROP_EXAMPLE_ORG_PASSWORD", "other")
    found = credentials.login("drop.example.org")
    assert found is not None
    assert (found.user, found.password) == ("you", "other")


def test_a_keyring_that_does_not_keep_or_return_a_secret_is_reported(
    keys: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "set_password", lambda service, name, secret: None)
    with pytest.raises(StorageError, match="did not store it"):
        credentials.keep("zenodo", "a token")
    assert login_lacking("zenodo:", "zenodo").message == "there is no token for zenodo"

    def breaks(*words: str) -> None:
        raise RuntimeError(f"the bus broke over {words}")

    monkeypatch.setattr(keyring, "set_password", breaks)
    with pytest.raises(StorageError, match="the bus broke") as refusal:
        credentials.keep("zenodo", "hunter2hunter2")
    assert "hunter2" not in str(refusal.value)
    monkeypatch.setattr(keyring, "get_password", breaks)
    assert credentials.find_token("zenodo") is None
    assert "could not be opened" in login_lacking("zenodo:", "zenodo").message


@pytest.mark.parametrize(
    "name", ["https://zenodo.org", "data.example.org:x", "a b", "x/y", "a@b", "x;y", "", "a..b"]
)
def test_a_secret_is_stored_only_under_a_valid_server_name(name: str, keys: Memory) -> None:
    with pytest.raises(UsageError, match="not a valid name"):
        credentials.keep(name, "a token")
    credentials.keep("Data.Example.Org", "a token")
    assert credentials.find_token("data.example.org") == "a token"


@pytest.mark.parametrize(
    "address",
    [
        "davs://me:hunter2@drop.example.org/x",
        "davs://me:hunter2@drop.example.org/x\x07",
        "sftp://me:hunter2@[::1]:22/x",
    ],
)
def test_an_address_with_a_password_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(UsageError) as refusal:
        credentials.split_address(address)
    assert "hunter2" not in str(refusal.value)
    assert "hunter2" not in credentials.without_secret(address)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("davs://drop.example.org/Über gabe/100%25/", "davs://drop.example.org/Über%20gabe/100%25"),
        ("davs://drop.example.org/%C3%9Cber%20gabe", "davs://drop.example.org/Über%20gabe"),
        ("sftp://me@drop.example.org/a%23b%3Fc", "sftp://me@drop.example.org/a%23b%3Fc"),
        ("sftp://drop.example.org:2222/~/Ü", "sftp://drop.example.org:2222/~/Ü"),
        ("sftp://drop.example.org", "sftp://drop.example.org/"),
    ],
)
def test_the_address_in_a_receipt_leads_to_the_same_repository(given: str, kept: str) -> None:
    assert deposits.repository_for(given).target == kept
    assert deposits.repository_for(kept).target == kept


@pytest.mark.parametrize("address", ["sftp://drop.example.org/a#b", "davs://drop.example.org/a?b"])
def test_an_address_with_a_fragment_or_query_after_its_path_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="after its path"):
        deposits.repository_for(address)


def test_an_invalid_netrc_is_an_error_that_shows_no_secret(tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("machine x login me password hunter2\nnonsense hunter2\n")
    with pytest.raises(StorageError) as error:
        credentials.find_token("x")
    assert "hunter2" not in str(error.value)


def test_secrets_are_removed_from_the_answers_of_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHIVE_PKG_SOMEWHERE_TOKEN", 'sé"cret/token')
    token = credentials.find_token("somewhere")
    said = {"links": [f"https://x/?token={token}", "s%C3%A9%22cret%2Ftoken"], "size": 5}
    assert credentials.redact(said) == {"links": ["https://x/?token=***", "***"], "size": 5}
    assert credentials.redact('{"token": "sé\\"cret/token"}') == '{"token": "***"}'


def test_paths_that_contain_a_password_as_a_word_are_not_redacted(
    letter: Path, tmp_path: Path
) -> None:
    package = build_package(letter, tmp_path / "out", on=date(2026, 11, 24)).path
    for word in ("test", "letter", "data", "record", "1960"):
        credentials.remember(word)
    done = deposits.deposit(package, f"file:{tmp_path / 'test' / 'letters'}")
    assert done.receipt.target == f"file:{tmp_path / 'test' / 'letters'}"
    assert load_receipt(done.path) == done.receipt
    assert "***" not in "".join(path.read_text() for path in done.path.parent.iterdir())
    assert differing(deposits.fetch(done.path, tmp_path / "back"), package) == ()
