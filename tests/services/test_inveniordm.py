"""InvenioRDM: drafts, publication, versions, reserved DOIs, parts, restarts."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from archive_pkg import deposits
from archive_pkg.deposits import retrying
from archive_pkg.deposits.http.client import HttpClient
from archive_pkg.deposits.repositories.inveniordm import files
from archive_pkg.deposits.repositories.inveniordm.repository import InvenioRdm
from archive_pkg.deposits.repository_interface import LostError
from archive_pkg.errors import DepositError
from archive_pkg.packages import build_package, open_package
from archive_pkg.packages.building import differing
from archive_pkg.packages.page import package_page
from archive_pkg.projects import read_project
from services import servers, targets

pytestmark = pytest.mark.service


@pytest.fixture
def target(rdm: servers.InvenioRdm, monkeypatch: pytest.MonkeyPatch) -> targets.Target:
    made = targets.rdm(rdm)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    return made


def build(letter: Path, out: Path) -> Path:
    return build_package(letter, out, on=date(2026, 11, 24), replace=True).path


def edit(letter: Path, old: str, new: str) -> None:
    record = letter / "record.yaml"
    assert old in record.read_text()
    record.write_text(record.read_text().replace(old, new, 1))


def test_a_package_is_published_once_and_a_changed_one_as_a_new_version(
    target: targets.Target, letter: Path, tmp_path: Path
) -> None:
    package = build(letter, tmp_path / "out")
    draft = deposits.deposit(package, target.address)
    assert draft.receipt.state == "draft"
    assert not deposits.plan(package, target.address, publish=True).report.errors
    assert "PUBLISH" in " ".join(deposits.plan(package, target.address, publish=True).steps)
    published = deposits.deposit(package, target.address, publish=True)
    assert (published.receipt.state, published.receipt.version) == ("published", "v1")
    assert published.receipt.remote_id == draft.receipt.remote_id
    assert published.receipt.pid.startswith("10.5072/")
    again = deposits.deposit(package, target.address, publish=True)
    assert not again.new
    assert again.receipt == published.receipt
    assert len(target.held()) == 1
    (known,) = deposits.ask(package, target.address)
    assert known.status.state == "published"

    edit(letter, "title: Letter", "title: The Letter")
    changed = build(letter, tmp_path / "out")
    second = deposits.deposit(changed, target.address, publish=True)
    assert (second.receipt.state, second.receipt.version) == ("published", "v2")
    assert second.receipt.remote_id != published.receipt.remote_id
    assert (
        differing(deposits.fetch(second.path, tmp_path / "back", [target.address]), changed) == ()
    )
    fetched = deposits.fetch(published.path, tmp_path / "first", [target.address])
    assert differing(fetched, changed) != ()


def test_the_page_of_the_package_is_deposited_beside_the_zip(
    target: targets.Target, letter: Path, tmp_path: Path
) -> None:
    package = build(letter, tmp_path / "out")
    plan = deposits.plan(package, target.address, page=package_page)
    assert [each.path for each in plan.transfers] == [f"{package.name}.zip", f"{package.name}.html"]
    page = package_page(open_package(package)).encode()
    assert plan.transfers[1].size == len(page)

    done = deposits.deposit(package, target.address, page=package_page)
    assert [file.path for file in done.receipt.files] == [each.path for each in plan.transfers]
    assert done.receipt.verified == "server-digest"
    assert done.receipt.files[1].sha256 == hashlib.sha256(page).hexdigest()
    assert sorted(target.held().values()) == sorted(file.sha256 for file in done.receipt.files)
    assert not deposits.deposit(package, target.address, page=package_page).new
    assert deposits.check_receipt(done.path, [target.address]).ok
    assert differing(deposits.fetch(done.path, tmp_path / "back", [target.address]), package) == ()

    published = deposits.deposit(package, target.address, publish=True, page=package_page)
    assert len(published.receipt.files) == len(target.held()) == 2
    assert not list(published.path.parent.glob("*.html"))
    # Another version of the program would make another page; the published one stays.
    other = deposits.deposit(package, target.address, page=lambda package: "another page")
    assert not other.new
    assert deposits.check_receipt(published.path, [target.address]).ok
    assert (
        differing(deposits.fetch(published.path, tmp_path / "again", [target.address]), package)
        == ()
    )


def test_the_page_in_a_draft_is_replaced_or_removed(
    target: targets.Target, letter: Path, tmp_path: Path
) -> None:
    package = build(letter, tmp_path / "out")
    deposits.deposit(package, target.address, page=lambda package: "an old page")
    done = deposits.deposit(package, target.address, page=lambda package: "a new page")
    assert done.new
    assert hashlib.sha256(b"a new page").hexdigest() in target.held().values()
    without = deposits.deposit(package, target.address)
    assert without.new
    assert [file.path for file in without.receipt.files] == [f"{package.name}.zip"]
    assert len(target.held()) == 1


def test_a_changed_package_updates_its_draft(
    target: targets.Target, letter: Path, tmp_path: Path
) -> None:
    first = deposits.deposit(build(letter, tmp_path / "out"), target.address)
    edit(letter, "title: Letter", "title: The Letter")
    second = deposits.deposit(build(letter, tmp_path / "out"), target.address)
    assert second.receipt.remote_id == first.receipt.remote_id
    assert len(target.held()) == 1


def test_a_reserved_doi_in_the_record_finds_its_draft(
    target: targets.Target, letter: Path, tmp_path: Path
) -> None:
    doi = deposits.reserve(letter, target.address)
    assert doi == deposits.reserve(letter, target.address)
    edit(
        letter, "type: letter\n", f"type: letter\nidentifiers:\n  - {{scheme: doi, value: {doi}}}\n"
    )
    done = deposits.deposit(build(letter, tmp_path / "out"), target.address, publish=True)
    assert done.receipt.pid == doi
    assert done.receipt.state == "published"


def test_a_large_file_is_sent_in_parts_and_resumed(
    target: targets.Target, letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PART", 10_000)
    package = build(letter, tmp_path / "out")
    whole = HttpClient.ask
    sent: list[str] = []

    def breaks(self: HttpClient, method: str, path: str, **options: Any) -> object:
        if "/content/" in path:
            if len(sent) >= 2:
                raise DepositError("the test breaks off here")
            sent.append(path)
        return whole(self, method, path, **options)

    monkeypatch.setattr(HttpClient, "ask", breaks)
    with pytest.raises(DepositError, match="breaks off"):
        deposits.deposit(package, target.address)
    monkeypatch.setattr(HttpClient, "ask", whole)
    done = deposits.deposit(package, target.address)
    assert done.receipt.verified in ("server-digest", "read-back")
    assert differing(deposits.fetch(done.path, tmp_path / "back", [target.address]), package) == ()
    assert len(target.held()) == 1


def test_a_deposit_fails_with_an_expired_token(
    target: targets.Target, letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = build(letter, tmp_path / "out")
    (variable,) = (name for name in target.environment if name.endswith("_TOKEN"))
    monkeypatch.setenv(variable, "expired")
    with pytest.raises(DepositError, match=r"40[13]"):
        deposits.deposit(package, target.address)
    monkeypatch.setenv(variable, target.environment[variable])
    assert deposits.deposit(package, target.address).new
    assert len(target.held()) == 1


@pytest.fixture
def midway(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Return a function that runs another one between making the draft and sending it."""
    whole = HttpClient.ask

    def arrange(happens: Callable[[], object]) -> None:
        def ask(self: HttpClient, method: str, path: str, **options: Any) -> object:
            if method == "PUT" and path.endswith("/content"):
                monkeypatch.setattr(HttpClient, "ask", whole)
                happens()
            return whole(self, method, path, **options)

        monkeypatch.setattr(HttpClient, "ask", ask)

    monkeypatch.setattr(retrying, "PAUSES", ())
    return arrange


def published_once(package: Path, target: targets.Target) -> None:
    """Deposit and publish; this must succeed, and the repository must have the package once."""
    done = deposits.deposit(package, target.address, publish=True)
    assert done.receipt.state == "published"
    assert len(target.held()) == 1


def test_a_deposit_resumes_after_its_token_expired_and_was_renewed(
    target: targets.Target,
    rdm: servers.InvenioRdm,
    letter: Path,
    tmp_path: Path,
    midway: Callable[[Callable[[], object]], None],
) -> None:
    package = build(letter, tmp_path / "out")
    expire = "update oauth2server_token set expires = {}"
    midway(lambda: rdm.postgres.ask("invenio", expire.format("now() - interval '1 day'")))
    try:
        for _ in range(2):
            # The server forbids access to the draft; this does not mean that it is gone.
            with pytest.raises(DepositError, match="may have expired"):
                deposits.deposit(package, target.address, publish=True)
    finally:
        rdm.postgres.ask("invenio", expire.format("null"))
    published_once(package, target)


def test_a_deposit_resumes_after_the_server_was_restarted(
    target: targets.Target,
    rdm: servers.InvenioRdm,
    letter: Path,
    tmp_path: Path,
    midway: Callable[[Callable[[], object]], None],
) -> None:
    package = build(letter, tmp_path / "out")
    midway(rdm.stop_application)
    with pytest.raises(LostError):
        deposits.deposit(package, target.address, publish=True)
    rdm.start()
    published_once(package, target)


def test_a_deposit_resumes_after_the_disk_of_the_server_was_full(
    target: targets.Target,
    rdm: servers.InvenioRdm,
    letter: Path,
    tmp_path: Path,
    midway: Callable[[Callable[[], object]], None],
) -> None:
    full = tmp_path / "full"
    full.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(full)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    ((store,),) = rdm.postgres.ask("invenio", "select uri from files_location")
    move = "update files_location set uri = '{}'"
    try:
        package = build(letter, tmp_path / "out")
        midway(lambda: rdm.postgres.ask("invenio", move.format(full.as_uri())))
        with pytest.raises(DepositError, match="has no file"):
            deposits.deposit(package, target.address, publish=True)
        assert target.held() == {}
    finally:
        rdm.postgres.ask("invenio", move.format(store))
        subprocess.run(["umount", full], check=True)
    published_once(package, target)


def test_a_title_edited_in_the_draft_is_published(
    target: targets.Target, letter: Path, tmp_path: Path
) -> None:
    package = build(letter, tmp_path / "out")
    draft = deposits.deposit(package, target.address)
    repository = InvenioRdm(target.address)
    path = f"records/{draft.receipt.remote_id}/draft"
    said = repository._web.ask("GET", path).json("metadata")
    said["metadata"]["title"] = "As a person would have it"
    repository._web.ask("PUT", path, data=said)
    done = deposits.deposit(package, target.address, publish=True)
    published = done.receipt.answer["record"]
    assert published["metadata"]["title"] == "As a person would have it"


def test_a_draft_is_published_after_a_publisher_was_added_to_the_address(
    target: targets.Target, letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = build(letter, tmp_path / "out")
    bare = target.address.partition("?")[0]
    draft = deposits.deposit(package, bare)
    with pytest.raises(DepositError, match="publisher") as refusal:
        deposits.deposit(package, bare, publish=True)
    assert "add ?publisher=NAME" in refusal.value.hint
    monkeypatch.setattr(
        InvenioRdm, "_found", lambda self, mark: ""
    )  # without using the server's search
    done = deposits.deposit(package, target.address, publish=True)
    assert done.receipt.remote_id == draft.receipt.remote_id
    (known,) = deposits.ask(package, target.address)
    assert (known.status.state, known.unfinished) == ("published", False)
    assert known.receipt == done.path


def test_a_publisher_is_asked_for_before_anything_is_sent(
    target: targets.Target, letter: Path, tmp_path: Path
) -> None:
    bare = target.address.partition("?")[0]
    plan = deposits.plan(build(letter, tmp_path / "out"), bare, publish=True)
    assert [finding.code for finding in plan.report] == ["deposit-metadata-lacking"]


def test_a_deposit_without_a_token_is_refused(
    target: targets.Target, letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in target.environment:
        monkeypatch.delenv(variable)
    with pytest.raises(deposits.RefusedError) as refusal:
        deposits.deposit(build(letter, tmp_path / "out"), target.address)
    assert [finding.code for finding in refusal.value.report] == ["deposit-login-lacking"]


def test_a_community_is_asked_to_review_a_deposit_instead_of_publishing_it(
    target: targets.Target, letter: Path, tmp_path: Path, rdm: servers.InvenioRdm
) -> None:
    made = HttpClient(
        f"https://{servers.LOOPBACK}:{rdm.port}/api",
        "rdm",
        "",
        {"Authorization": f"Bearer {rdm.token}"},
    )
    about = {"access": {"visibility": "public", "review_policy": "closed"}, "slug": "letters"}
    about["metadata"] = {"title": "Letters"}
    made.ask("POST", "communities", expect={201}, data=about)
    package = build(letter, tmp_path / "out")
    unknown = deposits.plan(package, f"{target.address}&community=none&type=letter")
    assert [each.location.field for each in unknown.report.errors] == ["type", "community"]
    to = f"{target.address}&community=letters"
    done = deposits.deposit(package, to, publish=True)
    assert done.receipt.state == "pending"
    (known,) = deposits.ask(package, to)
    assert known.status.state == "pending"
    assert deposits.deposit(package, to, publish=True).receipt.state == "pending"
    assert target.records()[done.receipt.remote_id] == "draft"


def test_the_editors_and_the_funding_of_the_project_are_in_the_description(
    target: targets.Target, letter: Path, tmp_path: Path
) -> None:
    text = """
    editors = [{ name = "Doe, Jane", orcid = "0000-0002-1825-0097", affiliation = "Uni", ror = "05dxps055" }]
    funding = [{ funder = "Council", number = "EX-1" }]
    """  # noqa: E501
    project, _ = read_project(text.encode(), tmp_path / "archive-pkg.toml")
    package = build(letter, tmp_path / "out")
    done = deposits.deposit(package, f"{target.address}&creators=editors", project=project)
    held = done.receipt.answer["record"]["metadata"]
    (creator,) = held["creators"]
    assert creator["person_or_org"]["name"] == "Doe, Jane"
    assert creator["affiliations"] == [{"name": "Uni"}]
    assert held["funding"] == [{"funder": {"name": "Council"}, "award": {"number": "EX-1"}}]
    assert "author or sender" in str(held["additional_descriptions"])
    assert done.notes == ()
