"""Test the findings on signatures and timestamps, existing and required ones."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest

from archive_pkg.bags import Bag
from archive_pkg.packages import Trust
from archive_pkg.packages.signatures.signers import read_allowed_signers, read_revoked
from archive_pkg.packages.signatures.ssh_signatures import fingerprint, parse
from archive_pkg.packages.signatures.verifying import (
    SIGNATURE_WITHOUT_SUBJECT,
    Signed,
    Stamped,
    examine_signature,
    examine_signatures,
    is_signature_file,
    is_signed,
)
from archive_pkg.reports import Location, Report
from small_bags import write_bag

FIXTURES = Path(__file__).parents[1] / "fixtures"
GOLDEN = FIXTURES.parents[1] / "packages" / "1960-07-18-cpsu-to-sed"
EDITOR = "editor@example.org"
LONG, SHORT = "tagmanifest-sha512.txt", "tagmanifest-sha256.txt"
SIG = f"signatures/{LONG}.sig"
BOTH = (SIG, f"signatures/{SHORT}.sig")
MESSAGE = b"a tag manifest\n"
"""The signed bytes. In these tests, all tag manifests have this content."""
STAMPED = datetime(2020, 6, 1, 12, tzinfo=UTC)
RENEWED = datetime(2021, 6, 1, 12, tzinfo=UTC)
NOW = datetime(2022, 1, 1, tzinfo=UTC)
ROOT = (FIXTURES / "timestamps" / "root.pem").read_bytes()
STRANGER = (FIXTURES / "timestamps" / "stranger.pem").read_bytes()
NOBODY = Trust()

Examined = tuple[tuple[Signed, ...], dict[str, list[str]]]


class Examine(Protocol):
    def __call__(
        self,
        files: dict[str, bytes],
        trust: Trust = NOBODY,
        now: datetime = NOW,
        report: Report | None = None,
        of: Bag = ...,
    ) -> Examined: ...


class Trusting(Protocol):
    def __call__(self, *lines: str, key: str = "rsa", **more: Any) -> Trust: ...


def sig(name: str) -> bytes:
    return (FIXTURES / "signatures" / f"{name}.sig").read_bytes()


def tsr(name: str) -> bytes:
    return (FIXTURES / "timestamps" / f"{name}.tsr").read_bytes()


def stamps(*names: str, of: str = SIG) -> dict[str, bytes]:
    """Return timestamps, each over the one before."""
    return {f"{of}{'.tsr' * number}": tsr(name) for number, name in enumerate(names, start=1)}


@pytest.fixture(scope="module")
def bag() -> Bag:
    return Bag.open(GOLDEN)


@pytest.fixture
def examine(bag: Bag) -> Examine:
    """Return a function that returns the signatures, and the places of findings by their codes."""

    def examine(
        files: dict[str, bytes],
        trust: Trust = NOBODY,
        now: datetime = NOW,
        report: Report | None = None,
        of: Bag = bag,
    ) -> Examined:
        report = Report() if report is None else report
        lists = {each.name: MESSAGE for each in of.tag_manifests.values()}
        signed = examine_signatures(of, lists | files, trust, report, now)
        codes: dict[str, list[str]] = {}
        for finding in report:
            codes.setdefault(finding.code, []).append(finding.location.path)
        return signed, codes

    return examine


@pytest.fixture
def trusting(tmp_path: Path) -> Trusting:
    """Return a function that trusts the signers of some lines; each line gets the same key."""

    def trusting(*lines: str, key: str = "rsa", **more: Any) -> Trust:
        public = (FIXTURES / "signatures" / f"{key}.pub").read_text().strip()
        (tmp_path / "allowed").write_text("".join(f"{line} {public}\n" for line in lines))
        return Trust(read_allowed_signers(tmp_path / "allowed"), **more)

    return trusting


def test_a_good_signature_has_its_key_signer_and_manifest(
    examine: Examine, trusting: Trusting
) -> None:
    (one,), codes = examine({SIG: sig("rsa")}, trusting(EDITOR))
    assert codes == {"signature-required": [SHORT]}
    key = fingerprint(parse(sig("rsa")).key)
    assert one == Signed(
        SIG, LONG, "ssh-rsa", key, right=True, covers=True, revoked=False, signers=(EDITOR,)
    )
    assert one.good
    said = one.as_json()
    assert said["good"] is True
    assert said["signers"] == (EDITOR,)
    assert said["fingerprint"] == key


def test_without_allowed_signers_a_good_signature_has_no_signers(examine: Examine) -> None:
    (one, other), codes = examine(dict.fromkeys(BOTH, sig("rsa")))
    assert codes == {}
    assert one.good
    assert other.good
    assert one.signers == ()


def test_a_signature_of_different_bytes_is_reported_as_wrong(
    examine: Examine, trusting: Trusting
) -> None:
    for valid, said in (
        (True, "although the bag is valid"),
        (False, "the manifest was changed after signing"),
    ):
        report = Report()
        if not valid:
            report.add(SIGNATURE_WITHOUT_SUBJECT.at(Location("x"), "not valid"))
        files = {SIG: sig("rsa"), LONG: MESSAGE + b" "}
        (one,), codes = examine(files, trusting(EDITOR), report=report)
        assert codes["signature-wrong"] == [SIG]
        assert (one.right, one.covers, one.good, one.signers) == (False, False, False, ())
        assert one.key_type == "ssh-rsa"
        (message,) = [each.message for each in report if each.code == "signature-wrong"]
        assert said in message


def test_a_signature_for_another_purpose_is_reported(examine: Examine, trusting: Trusting) -> None:
    (one,), codes = examine({SIG: sig("other-purpose")}, trusting(EDITOR, key="ed25519"))
    assert codes["signature-for-other-purpose"] == [SIG]
    assert (one.right, one.covers, one.good, one.signers) == (False, False, False, ())


def test_a_signature_of_a_missing_manifest_is_reported(
    examine: Examine, trusting: Trusting
) -> None:
    path = "signatures/tagmanifest-md5.txt.sig"
    (one,), codes = examine({path: sig("rsa")}, trusting(EDITOR))
    assert codes["signature-without-subject"] == [path]
    assert "signature-wrong" not in codes
    assert (one.right, one.good, one.signers) == (False, False, ())
    assert one.key_type == "ssh-rsa"


def test_a_file_that_is_not_a_signature_is_refused(examine: Examine, trusting: Trusting) -> None:
    (one,), codes = examine({SIG: b"garbage"}, trusting(EDITOR))
    assert codes["signature-malformed"] == [SIG]
    assert one == Signed(SIG, LONG)


@pytest.mark.parametrize("listed", ["rsa.krl", "rsa-sha256.krl", "keys.txt"])
def test_a_signature_with_a_revoked_key_matches_but_is_not_good(
    examine: Examine, trusting: Trusting, listed: str
) -> None:
    revoked = read_revoked(FIXTURES / "signatures" / listed)
    (one,), codes = examine({SIG: sig("rsa")}, trusting(EDITOR, revoked=revoked))
    assert codes["signature-key-revoked"] == [SIG]
    assert set(codes["signature-required"]) == {LONG, SHORT}
    assert (one.right, one.revoked, one.good, one.signers) == (True, True, False, ())
    assert one.as_json()["good"] is False
    (one,), codes = examine({SIG: sig("rsa"), LONG: b""}, Trust(revoked=revoked))
    assert "signature-key-revoked" not in codes
    assert one.revoked


def test_a_certificate_revoked_by_its_authority_is_not_good(
    examine: Examine, trusting: Trusting
) -> None:
    for listed, good in (("serial.krl", False), ("other-authority.krl", True)):
        trust = trusting(
            "* cert-authority",
            key="ed25519",
            revoked=read_revoked(FIXTURES / "signatures" / listed),
        )
        now = datetime(2020, 6, 1, tzinfo=UTC)
        (one,), _ = examine({SIG: sig("by-ed25519")}, trust, now)
        assert one.good is good
        assert one.signers == ((EDITOR, "boss") if good else ())


def test_signatures_are_sorted_by_manifest_and_number(examine: Examine) -> None:
    numbers = ["", ".2", ".9", ".10", ".11", ".20"]
    paths = [f"signatures/{name}{number}.sig" for name in (SHORT, LONG) for number in numbers]
    signed, codes = examine(dict.fromkeys(reversed(paths), sig("rsa")))
    assert [one.file for one in signed] == paths
    assert codes == {}


@pytest.mark.parametrize(
    "path",
    [
        "signatures/notes.txt",
        f"signatures/{LONG}",
        f"signatures/{LONG}.1.sig",
        f"signatures/{LONG}.02.sig",
        f"signatures/{LONG}.sig.bak",
        f"signatures/{LONG}.sig.pem",
        f"signatures/{LONG}.sig.tsr.pem.tsr",
        f"signatures/{LONG}.sig.tsr.pem.pem",
        f"signatures/x/{LONG}.sig",
        "signatures/manifest-sha512.txt.sig",
        "signatures/tagmanifest-sha512.txt.tsr",
        "signatures/x.tsr.pem",
    ],
)
def test_other_files_in_the_signatures_folder_are_reported_as_strays(
    examine: Examine, path: str
) -> None:
    report = Report()
    signed, codes = examine({**dict.fromkeys(BOTH, sig("rsa")), path: b""}, report=report)
    assert len(signed) == 2
    assert [each.message for each in report] == ["is neither a signature nor a timestamp"]
    assert codes == {"signatures-stray-file": [path]}
    assert not is_signature_file(path)
    assert not is_signature_file(f"x/{SIG}")


def test_a_timestamp_without_its_signature_is_reported(examine: Examine) -> None:
    paths = [f"{SIG}.tsr", f"{SIG}.tsr.tsr.pem", f"{SIG}.tsr.tsr.tsr"]
    report = Report()
    _, codes = examine(dict.fromkeys(paths, b""), report=report)
    assert sorted(codes["signatures-stray-file"]) == sorted(paths)
    said = {each.location.path: each.message for each in report}
    for path in paths:
        assert said[path] == f"{path.rpartition('.')[0]} is missing"
        assert is_signature_file(path)
    assert is_signature_file(SIG)


def test_a_folder_with_a_signature_is_signed(tmp_path: Path) -> None:
    assert not is_signed(tmp_path)
    (tmp_path / "signatures").mkdir()
    (tmp_path / "signatures" / "notes.sig").touch()
    assert not is_signed(tmp_path)
    (tmp_path / SIG).touch()
    assert is_signed(tmp_path)


def test_advice_is_given_if_only_some_tag_manifests_are_signed(examine: Examine) -> None:
    assert examine({})[1] == {}
    assert examine({SIG: sig("rsa")})[1] == {"tagmanifest-unsigned": [SHORT]}
    trust = Trust(require_signature=True)
    assert "tagmanifest-unsigned" not in examine({SIG: sig("rsa")}, trust)[1]


def test_each_timestamp_covers_the_previous_one(examine: Examine) -> None:
    files = {SIG: sig("rsa"), **stamps("good", "renewed")}
    for roots, trusted in ((b"", False), (ROOT, True)):
        (one,), codes = examine(files, Trust(authorities=roots))
        assert codes == {"tagmanifest-unsigned": [SHORT]}
        assert one.stamps == (
            Stamped(f"{SIG}.tsr", STAMPED, "Good authority", trusted),
            Stamped(f"{SIG}.tsr.tsr", RENEWED, "Good authority", trusted),
        )
    said = one.as_json()["stamps"][0]
    assert (said["time"], said["trusted"]) == ("2020-06-01T12:00:00+00:00", True)
    json.dumps(one.as_json())


@pytest.mark.parametrize(
    ("names", "code", "place", "left"),
    [
        (("renewed",), "timestamp-wrong", ".tsr", 0),
        (("good", "good"), "timestamp-wrong", ".tsr.tsr", 1),
        (("good", "renewed-other"), "timestamp-wrong", ".tsr.tsr", 1),
        (("renewed", "good"), "timestamp-wrong", ".tsr", 0),
        (("sha1-imprint", "good"), "timestamp-malformed", ".tsr", 0),
        (("no-certificates",), "timestamp-malformed", ".tsr", 0),
        (("good", "sha1-imprint"), "timestamp-malformed", ".tsr.tsr", 1),
    ],
)
def test_a_wrong_timestamp_and_those_after_it_are_not_listed(
    examine: Examine, names: tuple[str, ...], code: str, place: str, left: int
) -> None:
    (one,), codes = examine({SIG: sig("rsa"), **stamps(*names)}, Trust(authorities=ROOT))
    assert codes == {code: [SIG + place], "tagmanifest-unsigned": [SHORT]}
    assert [each.time for each in one.stamps] == [STAMPED][:left]


@pytest.mark.parametrize(
    "name", ["other-signer", "own-root", "not-yet-valid", "expired", "purpose-serving"]
)
def test_a_timestamp_by_an_untrusted_authority_is_listed_but_not_trusted(
    examine: Examine, name: str
) -> None:
    files = {SIG: sig("rsa"), **stamps(name)}
    (one,), codes = examine(files, Trust(authorities=ROOT), STAMPED)
    assert codes["timestamp-untrusted"] == [f"{SIG}.tsr"]
    assert [each.trusted for each in one.stamps] == [False]
    (one,), codes = examine(files, now=STAMPED)
    assert "timestamp-untrusted" not in codes
    assert [each.trusted for each in one.stamps] == [False]


def test_only_the_newest_expired_certificate_is_reported(examine: Examine) -> None:
    files = {SIG: sig("rsa"), **stamps("good-expired-since")}
    end = datetime(2020, 6, 2, tzinfo=UTC)
    for now, reported in ((end, False), (end + timedelta(seconds=1), True)):
        (one,), codes = examine(files, Trust(authorities=ROOT), now)
        assert ("timestamp-certificate-expired" in codes) is reported
        assert one.stamps[0].trusted
    assert codes["timestamp-certificate-expired"] == [f"{SIG}.tsr"]
    later = datetime(2031, 1, 1, tzinfo=UTC)
    _, codes = examine({SIG: sig("rsa"), **stamps("good", "renewed")}, now=later)
    assert codes["timestamp-certificate-expired"] == [f"{SIG}.tsr.tsr"]


def test_a_time_more_than_five_minutes_ahead_is_reported(examine: Examine) -> None:
    files = {SIG: sig("rsa"), **stamps("good")}
    behind = STAMPED - timedelta(minutes=5)
    assert "timestamp-in-future" not in examine(files, now=behind)[1]
    _, codes = examine(files, now=behind - timedelta(seconds=1))
    assert codes["timestamp-in-future"] == [f"{SIG}.tsr"]


@pytest.mark.parametrize(
    ("names", "roots", "when"),
    [
        ((), ROOT, NOW),
        (("good",), b"", NOW),
        (("good",), STRANGER, NOW),
        (("other-signer",), ROOT, NOW),
        (("good",), ROOT, STAMPED),
        (("good", "renewed"), ROOT, STAMPED),
        (("other-signer", "renewed-other"), ROOT, RENEWED),
    ],
)
def test_a_key_must_be_valid_at_the_time_of_the_first_trusted_timestamp(
    examine: Examine, trusting: Trusting, names: tuple[str, ...], roots: bytes, when: datetime
) -> None:
    """Without a trusted timestamp, it must be valid now, or an expired key could sign today."""
    files = {SIG: sig("rsa"), **stamps(*names)}
    for shift, good in ((timedelta(), True), (timedelta(seconds=1), False)):
        first, last = when + shift, when - shift
        for option in (
            f'valid-after="{first:%Y%m%d%H%M%S}Z"',
            f'valid-before="{last:%Y%m%d%H%M%S}Z"',
        ):
            (one,), codes = examine(files, trusting(f"{EDITOR} {option}", authorities=roots))
            assert one.good
            assert one.signers == ((EDITOR,) if good else ())
            assert codes.get("signer-out-of-time", []) == ([] if good else [SIG])
            assert (LONG in codes["signature-required"]) is not good


def test_a_key_that_is_not_listed_has_no_signers(examine: Examine, trusting: Trusting) -> None:
    for name, line in (("rsa", EDITOR), ("by-rsa", "* cert-authority")):
        signed, codes = examine(dict.fromkeys(BOTH, sig(name)), trusting(line, key="stranger"))
        assert [one.signers for one in signed] == [(), ()]
        assert set(codes["signer-unknown"]) == set(BOTH)
        assert set(codes["signature-required"]) == {LONG, SHORT}


def test_a_key_on_two_lines_has_each_signer_once(examine: Examine, trusting: Trusting) -> None:
    trust = trusting(EDITOR, "boss", EDITOR, 'late valid-after="20300101Z"')
    signed, codes = examine(dict.fromkeys(BOTH, sig("rsa")), trust)
    assert [one.signers for one in signed] == [(EDITOR, "boss")] * 2
    assert codes == {}


@pytest.mark.parametrize(
    ("who", "good"), [(False, True), (True, True), (EDITOR, True), ("boss", True), ("x", False)]
)
def test_the_required_signer_must_be_one_of_the_keys_signers(
    examine: Examine, trusting: Trusting, who: bool | str, good: bool
) -> None:
    trust = trusting(f"{EDITOR},boss", require_signature=who)
    report = Report()
    _, codes = examine(dict.fromkeys(BOTH, sig("rsa")), trust, report=report)
    assert codes == ({} if good else {"signature-required": [SHORT, LONG]})
    message = f"has no valid signature by {who} that covers every file"
    assert {each.message for each in report} == (set() if good else {message})


def test_a_required_signature_must_be_by_an_allowed_signer(examine: Examine) -> None:
    trust = Trust(require_signature=True)
    report = Report()
    _, codes = examine(dict.fromkeys(BOTH, sig("rsa")), trust, report=report)
    assert codes == {"signature-required": [SHORT, LONG]}
    message = "has no valid signature by an allowed signer that covers every file"
    assert {each.message for each in report} == {message}
    assert all(each.hint.endswith("--allowed-signers.") for each in report)
    _, codes = examine({}, trust)
    assert codes == {"signature-required": ["signatures"]}


def test_each_tag_manifest_must_have_a_good_signature(examine: Examine, trusting: Trusting) -> None:
    trust = trusting(EDITOR)
    assert examine({SIG: sig("rsa")}, trust)[1] == {"signature-required": [SHORT]}
    files = {BOTH[0]: sig("ed25519"), f"signatures/{LONG}.2.sig": sig("rsa"), BOTH[1]: sig("rsa")}
    _, codes = examine(files, trust)
    assert codes == {"signer-unknown": [BOTH[0]]}


def test_a_required_timestamp_must_be_trusted_and_over_a_good_signature(
    examine: Examine, trusting: Trusting
) -> None:
    files = dict.fromkeys(BOTH, sig("rsa"))
    stamped = files | stamps("good") | stamps("good", of=BOTH[1])
    trust = trusting(EDITOR, authorities=ROOT, require_timestamp=True)
    assert examine(stamped, trust)[1] == {}
    assert examine(files, trust)[1] == {"timestamp-required": [SHORT, LONG]}
    assert examine(files | stamps("good"), trust)[1] == {"timestamp-required": [SHORT]}
    _, codes = examine(files | stamps("other-signer") | stamps("good", of=BOTH[1]), trust)
    assert codes["timestamp-required"] == [LONG]
    _, codes = examine(
        files | stamps("other-signer", "renewed-other") | stamps("good", of=BOTH[1]), trust
    )
    assert "timestamp-required" not in codes
    # One of several signatures is enough.
    more = f"signatures/{LONG}.2.sig"
    assert examine({**stamped, more: sig("rsa")}, trust)[1] == {}
    only = Trust(authorities=ROOT, require_timestamp=True)
    assert examine(stamped, only)[1] == {}
    assert examine(files, only)[1] == {"timestamp-required": [SHORT, LONG]}
    assert examine({}, only)[1] == {"timestamp-required": ["signatures"]}
    wrong = {**stamped, LONG: MESSAGE + b" "}
    assert examine(wrong, only)[1] == {"signature-wrong": [SIG], "timestamp-required": [LONG]}


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({}, ""),
        ({"version": "0.97"}, ""),
        ({"uncovered": ("x.txt",)}, "x.txt"),
        ({"uncovered": tuple("xyz")}, "x, y, z"),
        ({"uncovered": tuple("vwxyz")}, "v, w, x and 2 more"),
        ({"lists": ("md5",)}, "data/"),
        ({"lists": ("md5", "sha256")}, ""),
        ({"version": "0.97", "unlisted": True}, "data/"),
        ({"version": "1.0", "unlisted": True}, ""),  # which is not valid
        ({"tags": ("md5",)}, "any file: md5 is weak or unknown"),
    ],
)
def test_a_signature_covers_a_bag_if_strong_manifests_cover_it(
    examine: Examine, trusting: Trusting, tmp_path: Path, how: dict[str, Any], said: str
) -> None:
    bag = write_bag(tmp_path / "bag", **how)
    (name,) = [each.name for each in bag.tag_manifests.values()]
    report = Report()
    (one,), codes = examine({f"signatures/{name}.sig": sig("rsa")}, report=report, of=bag)
    assert one.good
    assert one.covers is (said == "")
    found = [each.message for each in report if each.code == "signature-covers-part"]
    assert found == ([f"it does not cover {said}"] if said else [])
    _, codes = examine({f"signatures/{name}.sig": sig("rsa")}, trusting(EDITOR), of=bag)
    place = "signatures" if how.get("tags") else name
    assert codes.get("signature-required", []) == ([place] if said else [])


def test_a_weak_manifest_next_to_a_strong_one_must_be_signed_too(
    examine: Examine, trusting: Trusting, tmp_path: Path
) -> None:
    """It need not cover the bag, since the strong one does."""
    bag = write_bag(tmp_path / "bag", tags=("md5", "sha512"))
    weak = "signatures/tagmanifest-md5.txt.sig"
    _, codes = examine({SIG: sig("rsa"), weak: sig("rsa")}, trusting(EDITOR), of=bag)
    assert codes == {"signature-covers-part": [weak]}
    _, codes = examine({SIG: sig("rsa")}, trusting(EDITOR), of=bag)
    assert codes == {"signature-required": ["tagmanifest-md5.txt"]}


def test_a_package_must_have_a_signed_tag_manifest_for_each_manifest(
    examine: Examine, trusting: Trusting, tmp_path: Path, bag: Bag
) -> None:
    """Otherwise a forger could remove one with its signature. Other bags may lack one."""
    shutil.copytree(GOLDEN, tmp_path / "package")
    (tmp_path / "package" / SHORT).unlink()
    less = Bag.open(tmp_path / "package")
    _, codes = examine({SIG: sig("rsa")}, trusting(EDITOR), of=less)
    assert codes == {"signature-required": [SHORT]}
    plain = write_bag(tmp_path / "bag", lists=("sha256", "sha512"))
    assert examine({SIG: sig("rsa")}, trusting(EDITOR), of=plain)[1] == {}


def test_a_signature_of_any_file_is_examined_without_a_bag(trusting: Trusting) -> None:
    report = Report()
    files = {"head": MESSAGE, "head.sig": sig("rsa"), **stamps("good", of="head.sig")}
    one = examine_signature("head.sig", "head", files, trusting(EDITOR, authorities=ROOT), report)
    assert list(report) == []
    assert one.good
    assert one.covers
    assert one.signers == (EDITOR,)
    assert [each.trusted for each in one.stamps] == [True]


def test_trust_is_read_from_the_files_of_openssh_and_openssl(tmp_path: Path) -> None:
    (tmp_path / "allowed").write_text(
        f"{EDITOR} {(FIXTURES / 'signatures' / 'rsa.pub').read_text()}"
    )
    trust = Trust.read(
        tmp_path / "allowed",
        FIXTURES / "signatures" / "rsa.krl",
        FIXTURES / "timestamps" / "root.pem",
        require_signature=EDITOR,
        require_timestamp=True,
    )
    assert trust.signers is not None
    assert [one.principals for one in trust.signers] == [EDITOR]
    assert parse(sig("rsa")).key in trust.revoked
    assert trust.authorities == ROOT
    assert (trust.require_signature, trust.require_timestamp) == (EDITOR, True)
    assert trust.wants_signature
    assert Trust.read() == Trust()
    assert not Trust().wants_signature
    assert not replace(Trust(), require_timestamp=True).wants_signature
    assert Trust(require_signature=True).wants_signature
    assert Trust(signers=()).wants_signature
