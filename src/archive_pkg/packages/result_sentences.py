"""Describe the result of a verification in plain sentences.

There are three separate results: the files match the package's own checksums, which anyone who
changes a file can rewrite; a person signed them; and they existed before a time that an
authority vouches for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.bags.archives.findings import UNKNOWN
from archive_pkg.bags.archives.opening import is_mark
from archive_pkg.packages.signatures.verifying import is_signature_file, utc
from archive_pkg.reports import some

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from archive_pkg.bags import Verdict
    from archive_pkg.packages.opening import Verification
    from archive_pkg.packages.signatures.verifying import Signed, Stamped


NOT_A_BAG = "This is not a package or bag."


def states(verification: Verification) -> list[str]:
    """Return sentences about a package's files, signatures and timestamps, without repeats."""
    return list(dict.fromkeys(" ".join(state.split()) for state in _states(verification)))


def _states(verification: Verification) -> Iterator[str]:
    valid = verification.verdict.valid is True
    yield _since_bagging(verification)
    signatures = verification.signatures
    for signed in signatures:
        yield _signed(signed, valid=valid)
    # Each of these signatures covers all files, so one timestamp of each authority is enough.
    earliest: dict[tuple[str, bool], Stamped] = {}
    good = [one for one in signatures if one.good and one.covers]
    for stamp in sorted((stamp for one in good for stamp in one.stamps), key=_time):
        earliest.setdefault((stamp.authority, stamp.trusted), stamp)
    for stamp in earliest.values():
        yield _stamped(stamp, valid=valid)
    bag = verification.verdict.bag
    if bag is None or bag.listing.truncated or not any(map(is_mark, bag.listing.files)):
        return  # nothing is known about its signatures
    if not signatures:
        yield "Not signed."
    elif not any(signed.stamps for signed in signatures):
        yield "No timestamp."


def is_no_bag(verdict: Verdict) -> bool:
    """Return whether a path is neither a bag, intact or damaged, nor an archive of one."""
    if any(finding.code == UNKNOWN.code for finding in verdict.report):
        return True
    bag = verdict.bag
    if bag is None or bag.listing.truncated:
        return False
    return not any(map(is_mark, bag.listing.files))


def _time(stamp: Stamped) -> datetime:
    return stamp.time


def _since_bagging(verification: Verification) -> str:
    verdict = verification.verdict
    bag = verdict.bag
    if is_no_bag(verdict):
        return NOT_A_BAG
    if bag is None or (bag.listing.truncated and not bag.listing.files):
        return "It could not be read, so nothing in it was checked."
    if not verdict.valid:
        return "Files or manifests are missing, added, changed or damaged: see the errors."
    dated = bag.values("Bagging-Date")
    made = f" (the package was made on {dated[0]}, according to bag-info.txt)" if dated else ""
    bare = [path for path in verdict.uncovered if not is_signature_file(path)]
    if bare:
        covered = f"The files with checksums have not changed{made}."
        return f"{covered} No checksum covers {some(bare)}."
    return f"All files match the package's checksums{made}."


def _signed(signed: Signed, *, valid: bool) -> str:
    if not signed.fingerprint:
        return f"{signed.file} is not a readable signature."
    key = f"{signed.key_type} key {signed.fingerprint}"
    if signed.revoked:
        return f"{signed.over} is signed with a revoked key ({key}): anyone may have signed it."
    if not signed.right:
        return f"{signed.over} does NOT match its signature with the {key}."
    who = " and ".join(signed.signers)
    by = f"by {who} ({key})" if who else f"with the {key}, whose owner is unknown"
    if not valid:
        return f"{signed.over} is signed {by}, but the package is NOT valid: see the errors."
    if not signed.covers:
        return f"{signed.over} is signed {by}, but it does not cover every file."
    return f"Signed {by}."


def _stamped(stamp: Stamped, *, valid: bool) -> str:
    if not stamp.trusted:
        return (
            f"A timestamp by “{stamp.authority}” says {utc(stamp.time)}, but no trusted "
            "certificate vouches for that authority (--timestamp-ca)."
        )
    what = "Existed" if valid else "The signed manifests existed"
    return f"{what} before {utc(stamp.time)}, according to “{stamp.authority}”."
