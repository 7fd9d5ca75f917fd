"""Describe the result of a verification in plain sentences.

There are three separate results: the files match the package's own checksums, which anyone who
changes a file can rewrite; a person signed them; and they existed before a time that an
authority vouches for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.bags.archives.findings import UNKNOWN
from archive_pkg.bags.archives.opening import is_mark
from archive_pkg.messages import _, joined
from archive_pkg.packages.signatures.verifying import is_signature_file, utc
from archive_pkg.reports import some

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from archive_pkg.bags import Verdict
    from archive_pkg.packages.opening import Verification
    from archive_pkg.packages.signatures.verifying import Signed, Stamped

NOT_A_BAG = _("This is not a package or bag.")


def states(verification: Verification) -> list[str]:
    """Return sentences about a package's files, signatures and timestamps, without repeats."""
    return list(dict.fromkeys(_states(verification)))


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
        yield _("Not signed.")
    elif not any(signed.stamps for signed in signatures):
        yield _("No timestamp.")


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
        return _("It could not be read, so nothing in it was checked.")
    if not verdict.valid:
        return _("Files or manifests are missing, added, changed or damaged: see the errors.")
    dated = bag.values("Bagging-Date")
    made: str = ""
    if dated:
        day = " ".join(dated[0].split())
        made = _(" (the package was made on {date}, according to bag-info.txt)", date=day)
    bare = [path for path in verdict.uncovered if not is_signature_file(path)]
    if bare:
        return _(
            "The files with checksums have not changed{made}. No checksum covers {files}.",
            made=made,
            files=some(bare),
        )
    return _("All files match the package's checksums{made}.", made=made)


def _signed(signed: Signed, *, valid: bool) -> str:
    if not signed.fingerprint:
        return _("{file} is not a readable signature.", file=signed.file)
    key = _("{type} key {fingerprint}", type=signed.key_type, fingerprint=signed.fingerprint)
    if signed.revoked:
        return _(
            "{file} is signed with a revoked key ({key}): anyone may have signed it.",
            file=signed.over,
            key=key,
        )
    if not signed.right:
        return _("{file} does NOT match its signature with the {key}.", file=signed.over, key=key)
    by = _("with the {key}, whose owner is unknown", key=key)
    if signed.signers:
        names = [" ".join(name.split()) for name in signed.signers]
        by = _("by {names} ({key})", names=joined(names), key=key)
    if not valid:
        return _(
            "{file} is signed {by}, but the package is NOT valid: see the errors.",
            file=signed.over,
            by=by,
        )
    if not signed.covers:
        return _(
            "{file} is signed {by}, but it does not cover every file.", file=signed.over, by=by
        )
    return _("Signed {by}.", by=by)


def _stamped(stamp: Stamped, *, valid: bool) -> str:
    authority = " ".join(stamp.authority.split())
    if not stamp.trusted:
        return _(
            "A timestamp by “{authority}” says {time}, but no trusted certificate vouches for that "
            "authority (--timestamp-ca).",
            authority=authority,
            time=utc(stamp.time),
        )
    if valid:
        return _(
            "Existed before {time}, according to “{authority}”.",
            time=utc(stamp.time),
            authority=authority,
        )
    return _(
        "The signed manifests existed before {time}, according to “{authority}”.",
        time=utc(stamp.time),
        authority=authority,
    )
