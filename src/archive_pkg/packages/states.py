"""What a verification came to, in words that anyone understands.

Three things are to be told apart: that nothing has changed since the package was made (which its
own lists say, and whoever changes it can make new lists); that nothing has changed since somebody
signed it; and that it was there before a time that an authority vouches for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.bags.verifying import TAG_FILE_UNLISTED
from archive_pkg.packages.signatures import utc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from archive_pkg.packages.opening import Verification
    from archive_pkg.packages.signatures import Signed, Stamped


def states(verification: Verification) -> list[str]:
    """The states that a package is in, each in a sentence on one line."""
    return list(dict.fromkeys(" ".join(state.split()) for state in _states(verification)))


def _states(verification: Verification) -> Iterator[str]:
    valid = verification.verdict.valid
    yield _since_bagging(verification)
    signatures = verification.signatures
    for signed in signatures:
        yield _signed(signed, valid=valid)
    # Each signature is over everything, so of one authority's stamps the earliest says it all.
    earliest: dict[tuple[str, bool], Stamped] = {}
    good = [one for one in signatures if one.good and one.covers]
    for stamp in sorted((stamp for one in good for stamp in one.stamps), key=_time):
        earliest.setdefault((stamp.authority, stamp.trusted), stamp)
    for stamp in earliest.values():
        yield _stamped(stamp, valid=valid)
    if not signatures:
        yield "Not signed."
    elif not any(signed.stamps for signed in signatures):
        yield "No timestamp."


def _time(stamp: Stamped) -> datetime:
    return stamp.time


def _since_bagging(verification: Verification) -> str:
    bag = verification.verdict.bag
    dated = bag.values("Bagging-Date") if bag else []
    since = "it was bagged" + (f" on {dated[0]}, as it says itself" if dated else "")
    if not verification.verdict.valid:
        return f"CHANGED or damaged since {since}: see the errors."
    unlisted = [
        finding.location.path
        for finding in verification.report
        if finding.code == TAG_FILE_UNLISTED.code
    ]
    but = f", but for {', '.join(unlisted)}, which no list covers" if unlisted else ""
    return f"Unchanged since {since}: every file is as its own lists say{but}."


def _signed(signed: Signed, *, valid: bool) -> str:
    if not signed.fingerprint:
        return f"{signed.file} is not a readable signature."
    key = f"{signed.key_type} key {signed.fingerprint}"
    if signed.revoked:
        return f"{signed.over} is signed with a revoked key ({key}): anyone may have signed it."
    if not signed.right:
        return f"{signed.over} is NOT what was signed with the {key}."
    who = " and ".join(signed.signers)
    by = f"by {who} ({key})" if who else f"with the {key}, whose owner is not known"
    if not valid:
        return f"{signed.over} is signed {by}, but files have CHANGED since."
    if not signed.covers:
        return f"{signed.over} is signed {by}, but it does not cover every file."
    return f"Signed {by}."


def _stamped(stamp: Stamped, *, valid: bool) -> str:
    if not stamp.trusted:
        return (
            f"A timestamp by “{stamp.authority}” says {utc(stamp.time)}, but no trusted "
            "certificate vouches for that authority (--timestamp-ca)."
        )
    what = "Existed" if valid else "The signed lists existed"
    return f"{what} before {utc(stamp.time)}, according to “{stamp.authority}”."
