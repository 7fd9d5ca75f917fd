"""Record the signatures of packages in ledger entries, and report those that were lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archive_pkg.reports import Code, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from archive_pkg.reports import Finding

SIGNATURE_GONE = Code(
    "signature-gone",
    Severity.ERROR,
    "A package had a valid signature or timestamp at its last check and has lost it. Restore the "
    "package from a copy (`audit repair`), or accept it as it is (`audit accept`).",
)
_TEXTS = ("lists", "signers", "times")


def signed_entry(signatures: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the signatures for an entry: for each key, what it signed, and the timestamps.

    Args:
        signatures: Signatures as `Signed.as_json` gives them; invalid ones are left out.
    """
    by_key: dict[str, dict[str, Any]] = {}
    for one in signatures:
        if one["good"]:
            entry = by_key.setdefault(one["fingerprint"], {"key": one["fingerprint"]})
            entry.setdefault("lists", []).append(one["over"])
            if one["signers"]:
                entry["signers"] = list(one["signers"])
            for stamp in one["stamps"]:
                times = entry.setdefault("times", [])
                if stamp["time"] not in times:
                    times.append(stamp["time"])
    return list(by_key.values())


def lost_signatures(
    place: Location, before: Sequence[dict[str, Any]], now: Sequence[dict[str, Any]]
) -> Iterator[Finding]:
    """Report the signatures and timestamps that a package had before and does not have now.

    Args:
        place: The package.
        before: The signatures at its last check that passed, from the ledger.
        now: Its signatures now.
    """
    hint = "Restore the package from a copy (audit repair), or accept it as it is (audit accept)."
    now_by_key = {entry["key"]: entry for entry in now}
    others = now_by_key.keys() - {entry["key"] for entry in before}
    instead = f"; now it is signed with {', '.join(sorted(others))}" if others else ""
    for entry in before:
        left = now_by_key.get(entry["key"], {})
        whose = f" of {' and '.join(entry['signers'])}" if entry.get("signers") else ""
        lists = [name for name in entry["lists"] if name not in left.get("lists", [])]
        if lists:
            what = ", ".join(lists)
            message = f"the signature of {what} with the key {entry['key']}{whose} is gone{instead}"
            yield SIGNATURE_GONE.at(place, message, hint)
        for time in entry.get("times", []) if left else []:
            if time not in left.get("times", []):
                message = f"the timestamp of {time} over a signature{whose} is gone"
                yield SIGNATURE_GONE.at(place, message, hint)


def read_signed(entries: object) -> list[dict[str, Any]]:
    """Return the well-formed signatures among those in an entry of a ledger."""
    return [
        each
        for each in (entries if isinstance(entries, list) else ())
        if isinstance(each, dict)
        and isinstance(each.get("key"), str)
        and isinstance(each.get("lists"), list)
        and all(isinstance(each.get(name, []), list) for name in ("signers", "times"))
        and all(isinstance(text, str) for name in _TEXTS for text in each.get(name, []))
    ]
