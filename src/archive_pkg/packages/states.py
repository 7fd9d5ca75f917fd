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
    """The states that a package is in, each in a sentence."""
    return list(dict.fromkeys(_states(verification)))


def _states(verification: Verification) -> Iterator[str]:
    valid = verification.verdict.valid
    yield _since_bagging(verification)
    signatures = verification.signatures
    for signed in signatures:
        yield _since_signing(signed, valid=valid)
    # Each signature is over everything, so of one authority's stamps the earliest says it all.
    earliest: dict[tuple[str, bool], Stamped] = {}
    for stamp in sorted((s for one in signatures if one.good for s in one.stamps), key=_time):
        earliest.setdefault((stamp.authority, stamp.trusted), stamp)
    for stamp in earliest.values():
        yield _before(stamp, valid=valid)
    if not signatures:
        yield "Not signed: nobody has put a key to it."
    elif not any(signed.stamps for signed in signatures):
        yield "No timestamp: nobody but the signer could say since when it has been there."


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


def _since_signing(signed: Signed, *, valid: bool) -> str:
    if not signed.fingerprint:
        return f"{signed.file} cannot be read: it shows nothing."
    key = f"{signed.key_type} key {signed.fingerprint}"
    if signed.revoked:
        return f"Signed with a REVOKED key ({key}): anyone may have done it, it shows nothing."
    if not signed.right:
        return f"NOT what was signed with the {key}: it was changed or bagged anew after signing."
    whose = " and ".join(signed.signers)
    by = f"{whose} ({key})" if whose else f"the owner of the {key}, of whom nothing is known here"
    if valid:
        return f"Unchanged since it was signed by {by}."
    return f"Its lists are those signed by {by}; files have CHANGED since."


def _before(stamp: Stamped, *, valid: bool) -> str:
    what = "Existed" if valid else "Its lists existed"
    says = f"{what} before {utc(stamp.time)}, says the time-stamping authority “{stamp.authority}”"
    if stamp.trusted:
        return f"{says}, for which the certificates given vouch."
    return f"{says}; nobody has vouched for it here (--timestamp-ca)."
