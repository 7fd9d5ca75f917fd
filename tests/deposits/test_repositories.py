"""What all repositories share: addresses, options, receipts, unexpected answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from test_receipts import receipt

from archive_pkg import plugins
from archive_pkg.deposits import (
    DepositPlan,
    Item,
    Journal,
    PlannedFile,
    arrivals,
    repository_interface,
)
from archive_pkg.deposits.receipts import Receipt
from archive_pkg.deposits.repositories.drop import sftp
from archive_pkg.deposits.repository_interface import (
    LostError,
    begun_again,
    earlier_deposits,
    login_lacking,
    options_of,
    refuse_withdrawn,
    repository_errors,
    repository_for,
    repository_of,
    state_differences,
)
from archive_pkg.deposits.transfers import Transfer, pack
from archive_pkg.errors import DepositError, UsageError
from program import Run


def test_a_lost_connection_has_a_hint_to_resume() -> None:
    lost = LostError("x: reset")
    assert (lost.message, lost.after) == ("x: reset", None)
    assert lost.hint == "Run the same command again to resume."
    assert LostError("x: reset", "look", after=3).hint == "look"


KNOWN = {"access": ("open", "restricted"), "community": ()}


def test_arrivals_have_the_sent_and_the_stored_digests() -> None:
    one, other = arrivals((Item("a", 1, "1" * 64), Item("b", 2, "2" * 64)), {"b": "3" * 64})
    assert one.model_dump() == {
        "path": "a", "size": 1, "sha256": "1" * 64, "algorithm": "sha256", "expected": "1" * 64,
        "stored": None,
    }  # fmt: skip
    assert (other.path, other.size, other.expected, other.stored) == ("b", 2, "2" * 64, "3" * 64)
    assert DepositPlan((PlannedFile("a", 1, "a"), PlannedFile("b", 2, "b"))).size == 3


def test_known_options_with_known_values_are_read() -> None:
    assert options_of("x:a", "", KNOWN) == {}
    given = options_of("x:a", "access=open&community=ours", KNOWN)
    assert given == {"access": "open", "community": "ours"}


@pytest.mark.parametrize(
    ("query", "message", "hint"),
    [
        ("more=1", "x:a: more is not an option", "The options are access, community."),
        ("access=open&access=open", "x:a: access is given twice", "Give it once."),
        ("access=shut", "'shut' is not a value of", "Write access= and one of: open, restricted"),
        ("access=", "'' is not a value of access", "Write access= and one of: open, restricted"),
        ("community=+", "' ' is not a value of community", "Write community=VALUE."),
        ("community", "'' is not a value of community", "Write community=VALUE."),
    ],
)
def test_unknown_repeated_and_wrong_options_are_refused(
    query: str, message: str, hint: str
) -> None:
    with pytest.raises(UsageError) as refusal:
        options_of("x:a", query, KNOWN)
    assert message in refusal.value.message
    assert refusal.value.hint == hint


def test_differences_from_the_request_are_reported() -> None:
    assert state_differences(published=True, publish=True) == ()
    assert state_differences(published=False, publish=True) == ()
    assert state_differences(published=False, publish=False) == ()
    assert "Add --publish" in state_differences(published=True, publish=False)[0]
    assert begun_again("") == ()
    assert begun_again("17") == ("the draft 17 no longer exists; a new one was created",)


@pytest.fixture(scope="module")
def transfer(built: Path) -> Transfer:
    return pack(built)


def with_earlier(transfer: Transfer, *earlier: Receipt) -> Transfer:
    return replace(transfer, find_earlier=lambda: earlier)


def test_the_last_receipts_of_this_and_a_different_version_are_found(transfer: Transfer) -> None:
    def named(*deposits: tuple[str, bool]) -> tuple[str, str]:
        receipts = (
            receipt(remote_id=name, fingerprint=transfer.fingerprint if same else "0" * 64)
            for name, same in deposits
        )
        return earlier_deposits(with_earlier(transfer, *receipts))

    assert named() == ("", "")
    assert named(("1", True), ("2", True)) == ("2", "")
    assert named(("1", False), ("2", False)) == ("", "2")
    assert named(("1", True), ("2", False), ("3", True), ("4", False)) == ("3", "4")


@pytest.mark.parametrize(
    ("earlier", "step", "is_refused"),
    [
        ({"remote_id": "17", "state": "published"}, "", True),
        ({"remote_id": "17", "state": "draft"}, "", False),
        ({"remote_id": "18", "state": "published"}, "", False),
        ({}, "publish", True),
        ({}, "send", False),
    ],
)
def test_a_withdrawn_publication_is_not_deposited_again(
    transfer: Transfer, tmp_path: Path, earlier: dict[str, str], step: str, is_refused: bool
) -> None:
    journal = Journal(tmp_path / "my folder" / "a.journal")
    journal.path.parent.mkdir()
    if step:
        journal.begin(step, of="17")
    known = with_earlier(transfer, *([receipt(**earlier)] if earlier else []))
    if not is_refused:
        refuse_withdrawn("x:a", "17", known, journal)
        return
    with pytest.raises(DepositError, match="x:a no longer shows 17") as refusal:
        refuse_withdrawn("x:a", "17", known, journal)
    folder = journal.path.parent
    assert refusal.value.hint.endswith(f"mv '{folder}' '{folder}'.old")


@pytest.mark.parametrize("user", [False, True])
@pytest.mark.parametrize(("shut", "unused"), [("", ""), ("no bus", ""), ("", "X_TOKEN is empty")])
def test_a_missing_login_is_reported_with_the_variables_to_set(
    monkeypatch: pytest.MonkeyPatch, user: bool, shut: str, unused: str
) -> None:
    monkeypatch.setattr(repository_interface, "keyring_failure", lambda name: shut)
    monkeypatch.setattr(repository_interface, "unused_variable", lambda name: unused)
    finding = login_lacking("x:a", "example.org", user=user)
    variable = "ARCHIVE_PKG_EXAMPLE_ORG"
    message = f"there is no {'user name and password' if user else 'token'} for example.org"
    message += ", and the keyring could not be opened (no bus)" if shut else ""
    message += "; X_TOKEN is empty" if unused else ""
    assert (finding.code, finding.location.path) == ("deposit-login-lacking", "x:a")
    assert finding.message == message
    assert finding.hint == (
        "Run archive-pkg login example.org --user NAME, "
        f"or set {variable}_USER and {variable}_PASSWORD."
        if user
        else "Get a token from your account there. "
        f"Then run archive-pkg login example.org, or set {variable}_TOKEN."
    )


def test_a_repository_is_found_by_the_scheme_of_its_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = repository_for(f"file:{tmp_path}")
    assert (made.kind, made.target) == ("file", f"file:{tmp_path}")
    with pytest.raises(UsageError) as refusal:
        repository_for("ocfl")
    assert refusal.value.hint == "Did you mean ocfl: (with a colon)?"
    with pytest.raises(UsageError) as refusal:
        repository_for("oclf:store")
    assert refusal.value.hint == "Did you mean ocfl:store?"
    for address in (str(tmp_path), "gopher:x", "archive"):
        with pytest.raises(UsageError, match="is not the address of a known repository") as refusal:
            repository_for(address)
        assert "file:, " in refusal.value.hint

    class Point:
        name, module = "file", "archive_pkg.deposits"

        def load(self) -> Any:
            raise ModuleNotFoundError("No module named 'httpx'", name="httpx")

    monkeypatch.setattr(plugins, "entry_points", lambda group: [Point()])
    with pytest.raises(UsageError, match="need httpx, which is not installed") as refusal:
        repository_for("file:x")
    assert refusal.value.hint == "Run: pip install 'archive-pkg[deposit]'"


def test_a_receipt_leads_only_to_a_server_that_the_user_named(tmp_path: Path) -> None:
    near = receipt(target=f"ocfl:{tmp_path}")
    assert repository_of(near, []).target == f"ocfl:{tmp_path}"
    named = repository_for(f"ocfl:{tmp_path}")
    other = repository_for(f"file:{tmp_path}")
    assert repository_of(near, [other, named]) is named
    far = receipt(target="inveniordm+https://example.org")
    with pytest.raises(UsageError, match="but you have not named that server") as refusal:
        repository_of(far, [named])
    assert refusal.value.hint.endswith("--repository inveniordm+https://example.org")
    assert repository_of(far, [named, far.target]).target == far.target
    secret = receipt(target="inveniordm+https://user:secret@example.org")
    with pytest.raises(UsageError) as refusal:
        repository_of(secret, [])
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("error", [KeyError, TypeError, ValueError, AttributeError, IndexError,
                                   ZeroDivisionError, RecursionError, OverflowError])  # fmt: skip
def test_an_unexpected_answer_is_reported_with_its_error(
    tmp_path: Path, error: type[Exception]
) -> None:
    with (
        pytest.raises(DepositError) as reported,
        repository_errors(repository_for(f"file:{tmp_path}")),
    ):
        raise error("odd  \n answer " + "x" * 300)
    assert f"file:{tmp_path}: an answer" in reported.value.message
    assert f"{error.__name__}: " in reported.value.message
    assert "odd" in reported.value.message
    assert len(reported.value.message.partition(f"{error.__name__}: ")[2]) == 200
    for other in (DepositError("no"), OSError("no"), KeyboardInterrupt()):
        with (
            pytest.raises(type(other)) as same,
            repository_errors(repository_for(f"file:{tmp_path}")),
        ):
            raise other
        assert same.value is other


def test_the_hint_for_a_path_without_a_scheme_shows_addresses_of_folders() -> None:
    with pytest.raises(UsageError) as refusal:
        repository_for("archive")
    hint = "For a folder on this disk, write file:archive or ocfl:archive."
    assert refusal.value.hint.startswith(hint)


def test_the_message_about_a_missing_login_says_how_to_log_in(
    package: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ARCHIVE_PKG_ZENODO_TOKEN", raising=False)
    done = run("deposit", package, "--to", "zenodo:")
    assert done.returncode == 4
    assert "there is no login for zenodo:" in done.stderr
    assert "cannot be deposited" not in done.stderr
    assert "Then run archive-pkg login zenodo, or set ARCHIVE_PKG_ZENODO_TOKEN." in done.stdout


def test_an_sftp_server_that_was_never_reached_leaves_nothing_to_resume() -> None:
    error = sftp._refusal("sftp://h/x", "ssh: connect to host h port 22: Connection refused")
    assert error.hint == "Check the address, then run the same command again."
