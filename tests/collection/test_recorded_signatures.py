"""The signatures in a ledger's entries, and the report of missing ones."""

from __future__ import annotations

from typing import Any

import pytest

from archive_pkg.collection.audits.recorded_signatures import (
    lost_signatures,
    read_signed,
    signed_entry,
)
from archive_pkg.reports import Location

PLACE = Location("package")


def one(
    over: str, key: str = "K", *times: str, signers: tuple[str, ...] = (), **more: Any
) -> dict[str, Any]:
    stamps = [{"time": time} for time in times]
    said = {"good": True, "fingerprint": key, "over": over, "signers": signers, "stamps": stamps}
    return said | more


def test_an_entry_has_the_manifests_signers_and_times_for_each_key() -> None:
    signatures = [
        one("short", "K", "t1", "t2", signers=("me", "you")),
        one("long", "K", "t1", "t3"),
        one("short", "L"),
        one("long", "M", "t1", good=False),
        one("short", "M", good=False),
    ]
    assert signed_entry(signatures) == [
        {
            "key": "K",
            "lists": ["short", "long"],
            "signers": ["me", "you"],
            "times": ["t1", "t2", "t3"],
        },
        {"key": "L", "lists": ["short"]},
    ]
    assert signed_entry([]) == []


def entry(key: str = "K", *lists: str, **more: list[str]) -> dict[str, Any]:
    return {"key": key, "lists": list(lists), **more}


K = entry("K", "short", "long", signers=["me", "you"], times=["t1", "t2"])


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ([K], []),
        ([K, entry("L", "short")], []),
        ([entry("K", "long", "short", times=["t3", "t2", "t1"])], []),
        ([], ["the signature of short, long with the key K of me and you is gone"]),
        (
            [entry("M", "short"), entry("L", "short")],
            [
                "the signature of short, long with the key K of me and you is gone; now it is "
                "signed with L, M"
            ],
        ),
        (
            [entry("K", "short", times=["t1", "t2"])],
            ["the signature of long with the key K of me and you is gone"],
        ),
        (
            [entry("K", "short", "long", times=["t1"])],
            ["the timestamp of t2 over a signature of me and you is gone"],
        ),
        (
            [entry("K", "long")],
            [
                "the signature of short with the key K of me and you is gone",
                "the timestamp of t1 over a signature of me and you is gone",
                "the timestamp of t2 over a signature of me and you is gone",
            ],
        ),
    ],
)
def test_each_signature_and_timestamp_that_is_gone_is_reported(
    now: list[dict[str, Any]], said: list[str]
) -> None:
    found = list(lost_signatures(PLACE, [K], now))
    assert [each.message for each in found] == said
    assert {(each.code, each.location) for each in found} <= {("signature-gone", PLACE)}


def test_each_lost_key_is_reported_with_its_owner_if_known() -> None:
    before = [entry("K", "short", times=["t1"]), entry("L", "short")]
    found = [each.message for each in lost_signatures(PLACE, before, [entry("K", "short")])]
    assert found == [
        "the timestamp of t1 over a signature is gone",
        "the signature of short with the key L is gone",
    ]
    assert list(lost_signatures(PLACE, [], [K])) == []


@pytest.mark.parametrize(
    "said",
    [
        None, 1, "x", {}, [1], ["key"], [{}], [{"key": 1, "lists": []}], [{"key": "k"}],
        [{"key": "k", "lists": "x"}], [{"key": "k", "lists": [{}]}], [{"key": "k", "lists": [1]}],
        [{"key": "k", "lists": [], "signers": "me"}], [{"key": "k", "lists": [], "times": {}}],
        [{"key": "k", "lists": [], "signers": [1]}], [{"key": "k", "lists": [], "times": ["t", 1]}],
    ],
)  # fmt: skip
def test_malformed_signatures_in_an_entry_are_ignored(said: object) -> None:
    assert read_signed(said) == []


def test_well_formed_signatures_in_an_entry_are_read() -> None:
    good = [K, entry("L", "short"), entry("M")]
    assert read_signed(good) == good
    assert read_signed([{}, K]) == [K]
