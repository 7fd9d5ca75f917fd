"""What `deposit` does for every repository, tested with one in memory."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

from archive_pkg import deposits
from archive_pkg.deposits import (
    Capabilities,
    DepositPlan,
    Journal,
    PlannedFile,
    Status,
    Stored,
    Transfer,
    arrivals,
    credentials,
    depositing,
    retrying,
    transfers,
)
from archive_pkg.deposits.depositing import RefusedError
from archive_pkg.deposits.repository_interface import LostError
from archive_pkg.deposits.shared_syncs import run_together
from archive_pkg.deposits.transfers import pack
from archive_pkg.errors import ArchivePkgError, DepositError, InvalidError, StorageError, UsageError
from archive_pkg.packages import build_package, sign
from archive_pkg.packages.building import differing
from archive_pkg.plugins import PluginError
from archive_pkg.version import SOFTWARE
from small_bags import write_bag

if TYPE_CHECKING:
    from archive_pkg.deposits.shared_syncs import Steps
    from archive_pkg.records import Record


@dataclass
class InMemory:
    """A repository in memory that a test can make fail.

    Attributes:
        moods: Errors to raise, one for each call of `deposit`, before it succeeds.
        held: The digests of the stored files, by the packages' identifiers.
        claims: Wrong digests to report, by path.
        says: Other fields of `Stored` to report.
        can: Its capabilities.
        got: The transfers that it received, each with whether to publish it.
        gives: Functions that fill the folder, one for each call of `fetch`.
        target: Its address.
    """

    moods: list[Exception] = field(default_factory=list)
    held: dict[str, dict[str, str]] = field(default_factory=dict)
    claims: dict[str, str | None] = field(default_factory=dict)
    says: dict[str, Any] = field(default_factory=dict)
    can: Capabilities = field(
        default_factory=lambda: Capabilities(packaging="folder", digest="sha256")
    )
    got: list[tuple[Transfer, bool]] = field(default_factory=list)
    gives: list[Callable[[Path], None]] = field(default_factory=list)
    target: str = "memory:here"
    kind = "memory"

    def capabilities(self) -> Capabilities:
        return self.can

    def plan(self, transfer: Transfer, *, publish: bool) -> DepositPlan:
        return DepositPlan(
            tuple(PlannedFile(item.path, item.size, item.path) for item in transfer.items)
        )

    def deposit(self, transfer: Transfer, journal: Journal, *, publish: bool) -> Stored:
        self.got.append((transfer, publish))
        if self.moods:
            raise self.moods.pop(0)
        digests = {item.path: item.sha256 for item in transfer.items}
        new = self.held.get(transfer.identifier) != digests
        self.held[transfer.identifier] = digests
        files = tuple(
            replace_stored(file, self.claims) for file in arrivals(transfer.items, digests)
        )
        said = Stored(transfer.identifier, "", "", files, "server-digest", new)
        return replace(said, **self.says)

    def status(self, remote_id: str, version: str) -> Status:
        return Status("stored" if remote_id in self.held else "absent")

    def verify(self, remote_id: str, version: str, expected: object = None) -> Mapping[str, str]:
        return self.held[remote_id]

    def fetch(self, remote_id: str, version: str, into: Path, expected: object = None) -> None:
        self.gives.pop(0)(into)


class NearMemory(InMemory):
    """A repository on a local disk, whose deposits share syncs."""

    near = True
    at_once = 1

    def steps(self, transfer: Transfer, journal: Journal) -> Steps[Stored]:
        yield []
        return self.deposit(transfer, journal, publish=False)


@dataclass
class ReservingMemory(InMemory):
    """A repository that reserves identifiers and records them in its journal."""

    journals: list[Journal] = field(default_factory=list)

    def reserve(self, record: Record, journal: Journal) -> str:
        self.journals.append(journal)
        journal.done("reserve", of=record.id)
        return f"10.5072/{record.id}"


def replace_stored(file: deposits.Arrival, claims: Mapping[str, str | None]) -> deposits.Arrival:
    return file.model_copy(update={"stored": claims.get(file.path, file.stored)})


def receipts_next_to(package: Path) -> list[str]:
    return sorted(path.name for path in package.with_name(f"{package.name}.receipts").iterdir())


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waited: list[float] = []
    monkeypatch.setattr("archive_pkg.deposits.retrying.time.sleep", waited.append)
    return waited


def test_retries_wait_as_long_as_the_repository_asks(package: Path, pauses: list[float]) -> None:
    memory = InMemory([LostError("reset"), LostError("busy", after=7)])
    assert deposits.deposit(package, memory).new
    assert 0.5 <= pauses[0] <= 0.7
    assert 7 <= pauses[1] <= 9


def test_the_limits_of_a_repository_are_checked_before_anything_is_sent(package: Path) -> None:
    memory = InMemory(can=Capabilities(packaging="folder", most_files=3, most_bytes=1000))
    codes = {finding.code for finding in deposits.plan(package, memory).report}
    assert codes == {"deposit-too-many-files", "deposit-too-large"}
    with pytest.raises(RefusedError):
        deposits.deposit(package, memory)
    with pytest.raises(UsageError, match="cannot publish"):
        deposits.deposit(package, InMemory(), publish=True)
    assert not memory.held


def test_a_folder_that_is_not_a_package_is_refused(letter: Path, package: Path) -> None:
    with pytest.raises(InvalidError, match="is a record, not a package") as refusal:
        deposits.deposit(letter, InMemory())
    assert "archive-pkg build" in refusal.value.hint
    archive = package.with_suffix(".zip")
    archive.write_bytes(b"PK")
    with pytest.raises(InvalidError, match="is an archive, not the folder of a package") as refusal:
        deposits.deposit(archive, InMemory())
    assert "bag unpack" in refusal.value.hint


def test_retries_stop_after_the_last_pause_or_a_long_wait(
    package: Path, pauses: list[float]
) -> None:
    memory = InMemory([LostError("reset")] * 20)
    with pytest.raises(LostError, match="to resume"):
        deposits.deposit(package, memory)
    assert len(pauses) == len(retrying.PAUSES)
    with pytest.raises(LostError):
        deposits.deposit(package, InMemory([LostError("come tomorrow", after=86400)]))
    assert len(pauses) == len(retrying.PAUSES)


@pytest.mark.parametrize("claim", ["0" * 64, None])
def test_a_wrong_or_missing_digest_of_a_file_fails_the_deposit(
    package: Path, claim: str | None
) -> None:
    memory = InMemory(claims={"data/record.json": claim})
    with pytest.raises(DepositError, match="not what was sent"):
        deposits.deposit(package, memory)
    (journal,) = receipts_next_to(package)
    assert journal.endswith(".journal")


def test_up_to_five_wrong_files_are_named(package: Path) -> None:
    paths = [item.path for item in pack(package).items]
    for number, words in ((5, ""), (6, " and 1 more")):
        memory = InMemory(claims=dict.fromkeys(paths[:number], "0" * 64))
        with pytest.raises(DepositError) as refusal:
            deposits.deposit(package, memory)
        assert refusal.value.message.endswith(
            f"is not what was sent: {', '.join(paths[:5])}{words}"
        )


@pytest.mark.parametrize("packaging", ["folder", "zip"])
@pytest.mark.parametrize("left", ["first", "last", "all", "swapped"])
def test_a_repository_for_folders_must_list_every_file(
    package: Path, packaging: Literal["folder", "zip"], left: str
) -> None:
    """Test both forms: only a repository for folders must list the files of the package."""
    files = arrivals(pack(package).items, {item.path: item.sha256 for item in pack(package).items})
    named = {"first": files[1:], "last": files[:-1], "all": (), "swapped": files[::-1]}[left]
    can = Capabilities(packaging=packaging)
    memory = InMemory(can=can, says={"files": named})
    if packaging == "zip" and named:
        assert deposits.deposit(package, memory).receipt.files == named
        return
    with pytest.raises(DepositError, match="does not account for every file"):
        deposits.deposit(package, memory)


def test_a_wrong_digest_fails_the_deposit_even_if_nothing_is_verified(package: Path) -> None:
    memory = InMemory(says={"verified": "unverified"}, claims={"data/record.json": "0" * 64})
    with pytest.raises(DepositError, match=r"data/record\.json"):
        deposits.deposit(package, memory)


def test_a_receipt_says_that_nothing_was_verified(package: Path) -> None:
    memory = InMemory(says={"verified": "unverified"}, claims={"data/record.json": None})
    done = deposits.deposit(package, memory)
    assert done.receipt.verified == "unverified"
    assert done.receipt.event().outcome == "warning"


def test_a_package_is_refused_only_if_it_exceeds_a_limit(package: Path, tmp_path: Path) -> None:
    items = pack(package).items
    files, size = len(items), sum(item.size for item in items)
    fits = Capabilities(packaging="folder", most_files=files, most_bytes=size)
    fitting = deposits.plan(package, InMemory(can=fits))
    assert fitting.report.ok
    assert not fitting.compared
    for can, code in (
        (replace(fits, most_files=files - 1), "deposit-too-many-files"),
        (replace(fits, most_bytes=size - 1), "deposit-too-large"),
    ):
        memory = InMemory(can=can)
        with pytest.raises(RefusedError) as refusal:
            deposits.deposit(package, memory)
        assert [finding.code for finding in refusal.value.report] == [code]
        assert refusal.value.message.endswith("; nothing was sent")
        assert memory.got == []
        assert receipts_next_to(package) == []
    assert deposits.plan(package, f"file:{tmp_path}").compared


def test_a_draft_can_be_published_by_a_second_deposit(package: Path) -> None:
    can = Capabilities(packaging="folder", publishes=True)
    memory = InMemory(can=can, says={"state": "draft"})
    draft = deposits.deposit(package, memory)
    memory.says["state"] = "published"
    published = deposits.deposit(package, memory, publish=True)
    assert [publish for _, publish in memory.got] == [False, True]
    assert not published.new
    # The second deposit gets its own receipt, not that of the draft.
    assert (draft.receipt.state, published.receipt.state) == ("draft", "published")
    assert deposits.load_receipt(published.path).state == "published"


@pytest.mark.parametrize(
    "change", [{"state": "published"}, {"verified": "read-back"}, {"fingerprint": "0" * 64}, None]
)
def test_a_receipt_is_replaced_only_if_it_no_longer_applies(
    package: Path, change: dict[str, str] | None
) -> None:
    memory = InMemory()
    done = deposits.deposit(package, memory)
    assert done.new
    if change:
        done.path.write_text(done.receipt.model_copy(update=change).model_dump_json())
    else:
        done.path.write_text("{}")
    again = deposits.deposit(package, memory)
    assert not again.new
    for name in ("state", "verified", "fingerprint"):
        assert getattr(again.receipt, name) == getattr(done.receipt, name)
    assert deposits.load_receipt(done.path) == again.receipt
    assert deposits.deposit(package, memory).receipt == again.receipt
    memory.held.clear()  # a new deposit gets a new receipt
    assert deposits.deposit(package, memory).receipt.started > again.receipt.ended


def test_a_receipt_has_the_answer_of_the_repository_without_secrets(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "_used", {"s3cret"})
    says = {
        "remote_id": "17", "version": "v2", "location": "memory/17", "verified": "read-back",
        "state": "pending", "pid": "10.5072/17", "status_url": "https://example.org/17",
        "answer": {"id": 17, "token": "s3cret", "links": [{"Authorization": "Bearer s3cret"}]},
        "differences": ("it is a draft",), "notes": ("it moved", "it was closed"),
    }  # fmt: skip
    begun = datetime.now(UTC)
    done = deposits.deposit(package, InMemory(says=says))
    receipt = done.receipt
    said = receipt.model_dump(include=set(says) - {"answer"})
    assert said == {name: value for name, value in says.items() if name in said}
    assert said.keys() == says.keys() - {"answer", "differences", "notes"}
    assert "s3cret" not in done.path.read_text()
    assert receipt.answer["id"] == 17
    assert (receipt.target, receipt.kind, receipt.package) == (
        "memory:here",
        "memory",
        package.name,
    )
    assert receipt.client == SOFTWARE
    assert receipt.packaging == "BagIt 1.0 (RFC 8493), as a folder"
    assert receipt.fingerprint == pack(package).fingerprint
    assert begun <= receipt.started <= receipt.ended <= datetime.now(UTC)
    assert [(f.code, f.location.path, f.message) for f in done.findings] == [
        ("deposit-differs", package.name, "memory:here: it is a draft"),
        ("deposit-noted", package.name, "memory:here: it moved"),
        ("deposit-noted", package.name, "memory:here: it was closed"),
    ]
    assert deposits.load_receipt(done.path) == receipt
    known = deposits.deposit(package, InMemory(held={package.name: digests(package)}, says=says))
    assert (known.differences, known.notes) == (done.differences, done.notes)
    zipped = InMemory(can=Capabilities(packaging="zip"), target="memory:zips")
    assert deposits.deposit(package, zipped).receipt.packaging.endswith("as a zip")


def digests(package: Path) -> dict[str, str]:
    return {item.path: item.sha256 for item in pack(package).items}


def test_a_resumed_deposit_keeps_its_start_time(package: Path) -> None:
    memory = InMemory([DepositError("no")])
    with pytest.raises(DepositError):
        deposits.deposit(package, memory)
    (name,) = receipts_next_to(package)
    journal = Journal(package.with_name(f"{package.name}.receipts") / name)
    begun = journal.begun("deposit")
    assert begun is not None
    assert begun == {
        "target": "memory:here", "package": package.name, "publish": False,
        "fingerprint": pack(package).fingerprint, "client": SOFTWARE, "started": begun["started"],
    }  # fmt: skip
    first = deposits.deposit(package, memory)
    assert first.receipt.started == datetime.fromisoformat(begun["started"])
    memory.held.clear()
    assert deposits.deposit(package, memory).receipt.started > first.receipt.ended
    assert Journal(journal.path).is_done("deposit")
    journal = Journal(journal.path)
    for odd in ({}, {"started": "today"}, {"started": 5}):
        journal.begin("deposit", **odd)
        memory.held.clear()
        assert deposits.deposit(package, memory).receipt.started > first.receipt.ended


def test_an_invalid_package_gets_no_receipt_and_an_older_journal_is_kept(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfers, "_has_one_large_file", lambda package: True)
    (package / "data" / "record.json").chmod(0o600)
    with (package / "manifest-sha256.txt").open("a") as manifest:
        manifest.write(f"{'0' * 64}  data/missing.txt\n")
    for moods, journals in (([], 0), ([DepositError("no")], 1)):
        memory = NearMemory(list[Exception](moods))
        with pytest.raises(ArchivePkgError):
            deposits.deposit(package, memory)
        assert len(memory.got) == 1
        assert len(receipts_next_to(package)) == journals
    assert [name for name in receipts_next_to(package) if not name.endswith(".journal")] == []
    with pytest.raises(InvalidError):
        deposits.deposit(package, NearMemory())
    assert len(receipts_next_to(package)) == 1
    with pytest.raises(InvalidError, match="is not valid"):
        deposits.deposit(package, InMemory())


def test_a_repository_gets_the_earlier_receipts_of_the_package(
    package: Path, tmp_path: Path
) -> None:
    memory = InMemory(says={"remote_id": "b"})
    second = deposits.deposit(package, memory).receipt
    memory.says["remote_id"] = "a"
    third = deposits.deposit(package, memory)
    first = second.model_copy(update={"remote_id": "c", "ended": datetime(2026, 1, 1, tzinfo=UTC)})
    folder = third.path.parent
    for number, other in enumerate(
        (first, first.model_copy(update={"target": "memory:other"}),
         first.model_copy(update={"package": "other"}))
    ):  # fmt: skip
        (folder / f"memory-{number}.json").write_text(other.model_dump_json())
    (folder / "memory-odd.json").write_text("{}")
    (folder / "file-0.json").write_text(first.model_dump_json())
    deposits.deposit(package, memory)
    transfer, _ = memory.got[-1]
    assert transfer.earlier == (first, second, third.receipt)


def test_a_plan_reads_the_receipts_that_the_deposit_reads(package: Path, tmp_path: Path) -> None:
    planned: list[tuple[deposits.Receipt, ...]] = []

    class Noting(InMemory):
        def plan(self, transfer: Transfer, *, publish: bool) -> DepositPlan:
            planned.append(transfer.earlier)
            return super().plan(transfer, publish=publish)

    memory, slips = Noting(), tmp_path / "slips"
    deposits.plan(package, memory, receipts=slips)
    assert not slips.exists(), "a plan writes nothing"
    receipt = deposits.deposit(package, memory, receipts=slips).receipt
    deposits.plan(package, memory)
    deposits.plan(package, memory, receipts=slips)
    assert planned == [(), (), (), (receipt,)]


def test_each_version_of_a_package_has_its_own_journal(
    package: Path, letter: Path, tmp_path: Path
) -> None:
    later = build_package(letter, tmp_path / "later", on=date(2026, 11, 25)).path
    slips = tmp_path / "slips"
    for each, target in ((package, "memory"), (package, "other"), (later, "memory")):
        deposits.deposit(each, InMemory(target=f"memory:{target}"), receipts=slips)
    assert not package.with_name(f"{package.name}.receipts").exists()
    names = [path.name for path in slips.rglob("*.journal")]
    assert len(names) == 3
    for each, number in ((package, 2), (later, 1)):
        ending = f"-{pack(each).fingerprint[:12]}.journal"
        assert sum(name.endswith(ending) for name in names) == number


@pytest.mark.parametrize("error", [KeyError("id"), TypeError("None"), RecursionError("deep")])
def test_an_unexpected_answer_is_reported_as_a_deposit_error(
    package: Path, error: Exception
) -> None:
    with pytest.raises(DepositError, match=f"not understood: {type(error).__name__}"):
        deposits.deposit(package, InMemory([error]))


@pytest.mark.parametrize("method", ["plan", "deposit"])
def test_an_exception_in_a_plugin_is_blamed_on_the_plugin(
    method: str, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(InMemory):
        pass

    def fail(*words: object, **more: object) -> None:
        raise RuntimeError("no such shelf")

    monkeypatch.setattr(Broken, method, fail)
    monkeypatch.setattr(
        "archive_pkg.deposits.repository_interface.plugins.entries",
        lambda group: {"shelf": EntryPoint("shelf", f"{__name__}:Broken", group)},
    )
    with pytest.raises(PluginError, match="failed: RuntimeError: no such shelf") as caught:
        deposits.deposit(package, Broken(can=replace(InMemory().can, open_to_all=False)))
    assert f"which {__name__}:Broken provides" in str(caught.value)


def test_a_deposit_does_not_search_the_installed_projects(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = deposits.repository_for(f"ocfl:{tmp_path / 'archive'}")
    monkeypatch.setattr("archive_pkg.plugins.entry_points", pytest.fail)
    assert deposits.deposit(package, root).new


def test_a_fetched_package_is_identical_to_the_deposited_one(package: Path, tmp_path: Path) -> None:
    def fail_halfway(into: Path) -> None:
        (into / "half").mkdir()
        (into / "half" / "file").write_text("half")
        raise LostError("reset")

    def copy_all(into: Path) -> None:
        shutil.copytree(package, into, dirs_exist_ok=True)

    def copy_changed(into: Path) -> None:
        copy_all(into)
        (into / "data" / "record.json").write_text("{}")

    memory = InMemory()
    receipt = deposits.deposit(package, memory).path
    out = tmp_path / "new" / "back"
    memory.gives = [copy_changed]
    with pytest.raises(DepositError, match="returned a different package"):
        deposits.fetch(receipt, out, [memory])
    memory.gives = [lambda into: json.loads("{")]
    with pytest.raises(DepositError, match="not understood"):
        deposits.fetch(receipt, out, [memory])
    assert list(out.iterdir()) == []
    memory.gives = [fail_halfway, fail_halfway, copy_all]
    assert deposits.fetch(receipt, out, [memory]) == out / package.name
    assert differing(out / package.name, package) == ()
    assert [path.name for path in out.iterdir()] == [package.name]
    with pytest.raises(StorageError, match="already exists"):
        deposits.fetch(receipt, out, [memory])
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / package.name).symlink_to("nowhere")
    with pytest.raises(StorageError, match="already exists"):
        deposits.fetch(receipt, tmp_path / "links", [memory])
    with pytest.raises(UsageError):
        deposits.fetch(receipt, tmp_path / "third")
    assert not (tmp_path / "third").exists()


def test_restricted_parts_are_not_sent_to_an_open_repository(letter: Path, tmp_path: Path) -> None:
    record = letter / "record.yaml"
    for name in ("one", "two"):
        part = f"{{id: {name}, kind: original, held: false, access: {{status: closed, rule: law}}}}"
        parts = f"parts:\n  - {part}\n"
        record.write_text(record.read_text().replace("parts:\n", parts, 1))
    closed = build_package(letter, tmp_path / "out", on=date(2026, 11, 24)).path
    named = "two, closed (law); one, closed (law)"
    can = Capabilities(packaging="folder")
    with pytest.raises(RefusedError) as refusal:
        deposits.deposit(closed, InMemory(can=can))
    places = [(finding.location.path, finding.location.field) for finding in refusal.value.report]
    assert places == [("data/record.json", "parts.two"), ("data/record.json", "parts.one")]
    finding = next(iter(refusal.value.report))
    assert finding.code == "deposit-open-to-all"
    assert finding.message.startswith(
        "part “two” is closed (law), but everyone can read “memory:here”; this"
    )
    assert "audience public`), or send the restricted parts" in finding.hint
    restricting = InMemory(can=replace(can, restricting="access=restricted"))
    finding = next(iter(deposits.plan(closed, restricting).report))
    assert finding.message.endswith("but everyone can read “memory:here”")
    assert ", add ?access=restricted to the address, or send" in finding.hint
    plan = deposits.plan(closed, InMemory(can=can), include_restricted=True)
    assert plan.steps == (f"INCLUDE restricted parts: {named}",)
    assert deposits.deposit(closed, InMemory(can=can), include_restricted=True).new
    own = InMemory(can=replace(can, open_to_all=False))
    plan = deposits.plan(closed, own)
    assert plan.notes == (f"The package includes restricted parts: {named}.",)
    assert deposits.deposit(closed, own).new


def test_an_open_repository_takes_a_bag_only_if_everything_may_be_seen(tmp_path: Path) -> None:
    bag = tmp_path / "bag"
    write_bag(bag)
    memory = InMemory()
    with pytest.raises(RefusedError):
        deposits.deposit(bag, memory)
    assert memory.got == []
    assert deposits.deposit(bag, memory, include_restricted=True).new
    closed = InMemory(can=replace(memory.can, open_to_all=False))
    assert deposits.deposit(bag, closed, page=str).new
    assert closed.got[0][0].page is None


def test_the_message_about_a_withheld_sender_does_not_call_the_sender_missing(
    letter: Path, tmp_path: Path
) -> None:
    record = letter / "record.yaml"
    closed = "  - id: letter\n    access: {status: closed, rule: law}\n"
    record.write_text(record.read_text().replace("  - id: letter\n", closed, 1))
    package = build_package(letter, tmp_path / "out", on=date(2026, 11, 24)).path
    plan = deposits.plan(package, "zenodo:?access=restricted")
    messages = [finding.message for finding in plan.report]
    assert "the sender is withheld, but the repository requires a creator" in messages


def test_an_identifier_is_reserved_once_for_a_record(letter: Path, tmp_path: Path) -> None:
    memory = ReservingMemory()
    for record in (letter, letter / "record.yaml"):
        assert deposits.reserve(record, memory) == f"10.5072/{letter.name}"
    first, second = memory.journals
    assert first.path == second.path
    assert first.path.parent == letter.with_name(f"{letter.name}.receipts")
    assert first.path.name.endswith("-reserved.journal")
    deposits.reserve(letter, ReservingMemory(target="memory:other"), receipts=tmp_path / "slips")
    (elsewhere,) = (tmp_path / "slips").rglob("*.journal")
    assert elsewhere.name != first.path.name
    assert Journal(first.path).outcome("reserve") == {"of": letter.name}
    with pytest.raises(UsageError, match="cannot reserve identifiers"):
        deposits.reserve(letter, InMemory())


def test_packages_are_returned_in_the_order_given(package: Path, tmp_path: Path) -> None:
    given = [package, tmp_path / "none", package]
    for memory in (InMemory(), NearMemory()):
        outcomes = list(deposits.deposit_many(given, memory))
        assert [path for path, _ in outcomes] == given
        assert isinstance(outcomes.pop(1)[1], ArchivePkgError)
        done = [outcome for _, outcome in outcomes if isinstance(outcome, deposits.Deposited)]
        assert sorted(outcome.new for outcome in done) == [False, True]
    memory = InMemory()
    assert next(iter(deposits.deposit_many(given, memory)))[0] == package
    assert len(memory.got) == 1, "the first result comes before the next package is sent"


@pytest.mark.parametrize("jobs", [0, -1])
def test_zero_or_negative_jobs_count_as_one(package: Path, jobs: int) -> None:
    ((path, outcome),) = deposits.deposit_many([package], InMemory(), jobs=jobs)
    assert path == package
    assert isinstance(outcome, deposits.Deposited)


def test_the_page_and_the_progress_callback_reach_the_repository(package: Path) -> None:
    ticks: list[int] = []
    memory = InMemory()
    deposits.deposit(package, memory, page=lambda opened: opened.record.title, tick=ticks.append)
    transfer, _ = memory.got[0]
    assert transfer.page is not None
    assert transfer.page() == transfer.record.title.encode()
    transfer.tick(5)
    assert ticks == [5]
    deposits.deposit(package, memory)
    assert memory.got[1][0].page is None


def test_a_signature_added_later_is_deposited_as_a_new_version(
    package: Path, tmp_path: Path
) -> None:
    memory = InMemory()
    first = deposits.deposit(package, memory).receipt.fingerprint
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    sign(package, key=key)
    second = deposits.deposit(package, memory)
    assert second.new
    assert second.receipt.fingerprint != first
    assert [path for path in memory.held[package.name] if path.startswith("signatures/")]


def test_a_failing_package_does_not_stop_the_others(
    letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = []
    for number in range(4):
        record = letter / "record.yaml"
        text = record.read_text()
        record.write_text(text.replace(f"id: {letter.name}", f"id: letter-{number}", 1))
        packages.append(build_package(letter, tmp_path / "out", on=date(2026, 11, 24)).path)
        record.write_text(text)
    batches: list[int] = []

    def counted(works: list[Any], at_once: int) -> list[Any]:
        batches.append(len(works))
        return run_together(works, at_once)

    monkeypatch.setattr(depositing, "run_together", counted)
    monkeypatch.setattr(depositing, "_BATCH_BYTES", pack(packages[0]).size * 3 // 2)
    assert len(list(deposits.deposit_many(packages, NearMemory()))) == 4
    assert batches == [2, 2], (
        "a batch with more than 64 MiB (here 1.5 packages) takes no third package"
    )
    (packages[2] / "data" / "record.json").write_text("{}")
    outcomes = dict(deposits.deposit_many(packages, InMemory(), jobs=2))
    assert list(outcomes) == packages
    assert isinstance(outcomes[packages[2]], InvalidError)
    assert [p for p in packages if isinstance(outcomes[p], ArchivePkgError)] == [packages[2]]


def test_a_receipt_gives_a_premis_event(package: Path) -> None:
    event = deposits.deposit(package, InMemory()).receipt.event()
    assert event.type == "deposit"
    assert event.outcome == "success"
    assert "memory:here" in (event.detail or "")


def test_the_receipt_lists_every_file_and_manifest(package: Path) -> None:
    receipt = deposits.deposit(package, InMemory()).receipt
    assert {file.path for file in receipt.files} == {
        path.relative_to(package).as_posix() for path in package.rglob("*") if path.is_file()
    }
    assert set(receipt.manifests) == {path.name for path in package.glob("*manifest-*.txt")}
    assert receipt.payload_oxum == receipt_oxum(package)
    assert receipt.started <= receipt.ended


def receipt_oxum(package: Path) -> str:
    files = [path for path in (package / "data").rglob("*") if path.is_file()]
    return f"{sum(path.stat().st_size for path in files)}.{len(files)}"


def test_the_same_package_zips_to_the_same_bytes(package: Path, tmp_path: Path) -> None:
    transfer = pack(package)
    one, two = transfer.zipped(tmp_path / "1.zip"), transfer.zipped(tmp_path / "2.zip")
    assert one == two
    with zipfile.ZipFile(tmp_path / "1.zip") as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [f"{package.name}/{item.path}" for item in transfer.items]
    assert (tmp_path / "1.zip").stat().st_size == one[0].size


def test_a_file_that_changes_while_it_is_sent_stops_the_deposit(
    package: Path, tmp_path: Path
) -> None:
    transfer = pack(package)
    (package / "data" / "record.json").write_text("{}")
    with pytest.raises(DepositError, match="changed while"):
        transfer.zipped(tmp_path / "1.zip")
    assert replace(transfer) == transfer
