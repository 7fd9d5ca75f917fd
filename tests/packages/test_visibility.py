"""Test whether an audience may see a part on a day."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive_pkg.dates.date_words import in_words
from archive_pkg.packages import build_package
from archive_pkg.packages.access.redaction import seen_by
from archive_pkg.packages.access.visibility import (
    Audience,
    judged_on,
    opening,
    window,
    withheld,
)
from archive_pkg.records import Record

TODAY = datetime.now(UTC).date()
DAY = timedelta(days=1)
ACCESS: dict[str, dict[str, str] | None] = {
    "says nothing": None,
    "open": {"status": "open"},
    "closed": {"status": "closed", "rule": "r"},
    "until yesterday": {"status": "restricted", "until": str(TODAY - DAY), "rule": "r"},
    "until today": {"status": "restricted", "until": str(TODAY), "rule": "r"},
    "until tomorrow": {"status": "restricted", "until": str(TODAY + DAY), "rule": "r"},
    "no end known": {"status": "restricted", "until": "2000/..", "rule": "r"},
}
OPENS = {
    "says nothing": date.min,
    "open": date.min,
    "closed": None,
    "until yesterday": TODAY - DAY,
    "until today": TODAY,
    "until tomorrow": TODAY + DAY,
    "no end known": None,
}
"""The day from which a part without relations is open to everyone; None if it is not known."""


def record_of(*parts: dict[str, Any], **more: Any) -> Record:
    return Record.model_validate(
        {"id": "x", "type": "letter", "title": "X", "parts": list(parts), **more}
    )


def part(name: str, says: str = "says nothing", **more: Any) -> dict[str, Any]:
    access = ACCESS[says]
    return {"id": name, "kind": "scan", "file": f"{name}.tif", **more} | (
        {"access": access} if access else {}
    )


def may_see(record: Record, part: str, audience: Audience, day: date | None = None) -> bool:
    return part not in withheld(record, audience, day)


def table(says: str, audience: Audience, day: date) -> bool:
    """Return the expected decision for a part without relations."""
    opens = OPENS[says]
    return audience == "internal" or (opens is not None and min(day, TODAY) >= opens)


@given(
    says=st.sampled_from(sorted(ACCESS)),
    audience=st.sampled_from(["public", "internal"]),
    day=st.dates(TODAY - 3 * DAY, TODAY + 1000 * DAY) | st.dates(),
)
def test_a_part_without_sources_is_withheld_as_its_access_says(
    says: str, audience: Audience, day: date
) -> None:
    assert may_see(record_of(part("a", says)), "a", audience, day) is table(says, audience, day)


@st.composite
def records(draw: st.DrawFn) -> list[tuple[str, str, list[str], str]]:
    """Draw parts: for each an id, an access, the earlier parts that it belongs to, and a file."""
    count = draw(st.integers(1, 6))
    names = [f"p{number}" for number in range(count)]
    return [
        (
            name,
            draw(st.sampled_from(sorted(ACCESS))),
            draw(st.lists(st.sampled_from(names[:number]), unique=True) if number else st.just([])),
            draw(st.sampled_from([f"{name}.tif", "shared.tif"])),
        )
        for number, name in enumerate(names)
    ]


@given(parts=records(), day=st.dates(TODAY - 3 * DAY, TODAY + 3 * DAY), turned=st.booleans())
def test_a_part_that_states_no_access_is_withheld_with_its_sources(
    parts: list[tuple[str, str, list[str], str]], day: date, turned: bool
) -> None:
    expected: dict[str, bool] = {}
    for name, says, above, _ in parts:
        alone = table(says, "public", day)
        expected[name] = alone if says != "says nothing" else all(expected[one] for one in above)
    files = {file for name, _, _, file in parts if not expected[name]}
    expected = {
        name: seen and file not in files
        for (name, _, _, file), seen in zip(parts, expected.values(), strict=True)
    }
    made = [part(name, says, of=above) | {"file": file} for name, says, above, file in parts]
    record = record_of(*(reversed(made) if turned else made))
    for name, seen in expected.items():
        assert may_see(record, name, "public", day) is seen
        assert may_see(record, name, "internal", day)
    cut = seen_by(record, "public", Path(), day).record
    for one in cut.parts:
        assert one.held is expected[one.id]


@pytest.mark.parametrize("days", [1, 400, 100_000])
def test_a_future_day_does_not_lift_an_embargo_early(days: int) -> None:
    record = record_of(part("a", "until tomorrow"))
    assert judged_on(TODAY + days * DAY) == TODAY
    assert not may_see(record, "a", "public", TODAY + days * DAY)
    assert not may_see(record, "a", "public")


def test_several_withheld_parts_open_on_the_latest_of_their_days() -> None:
    both = record_of(part("a", "until tomorrow"), part("b", "until today"))
    assert opening(withheld(both, "public", TODAY - DAY)) == TODAY + DAY
    with_closed = record_of(part("a", "until tomorrow"), part("b", "closed"))
    assert opening(withheld(with_closed, "public")) is None
    assert opening({}) is None


def test_the_window_around_a_day_begins_and_ends_when_parts_open() -> None:
    record = record_of(
        part("a", "until today"), part("b", "until tomorrow"), part("c", "no end known")
    )
    assert window(record, TODAY) == (str(TODAY), str(TODAY + DAY))
    assert window(record, TODAY - DAY) == (date.min.isoformat(), str(TODAY))


def test_withheld_parts_state_the_rule_the_end_and_the_reason() -> None:
    record = record_of(
        part("a", "until tomorrow"),
        part("b", "closed"),
        part("c", of=["a", "b"]),
        part("d", "open") | {"file": "b.tif"},
        part("n", "closed") | {"file": None, "held": False},
        part("o") | {"file": None, "held": False},
    )
    found = withheld(record, "public")
    assert {name: (one.sentence, one.until) for name, one in found.items()} == {
        "a": (f"restricted until {in_words(str(TODAY + DAY))} (r)", TODAY + DAY),
        "b": ("closed (r)", None),
        "c": ("closed (it goes with b: r)", None),
        "d": ("closed (it is in the same file as b: r)", None),
        "n": ("closed (r)", None),
    }


def test_days_between_the_openings_of_two_parts_have_the_same_window() -> None:
    record = record_of(part("a", "until tomorrow"), part("b", "until yesterday"))
    assert window(record, TODAY) == (str(TODAY - DAY), str(TODAY + DAY))
    assert window(record, TODAY - DAY) == (str(TODAY - DAY), str(TODAY + DAY))
    assert window(record_of(part("a")), TODAY) == (date.min.isoformat(), date.max.isoformat())


def withheld_ids(*parts: dict[str, Any], day: date = TODAY) -> list[str]:
    return list(withheld(record_of(*parts), "public", day))


CLOSED = {"status": "closed", "rule": "r"}


def test_a_part_withheld_with_its_source_withholds_all_parts_in_its_file() -> None:
    parts = part("a", "closed"), part("b", of=["a"]), part("c", "open") | {"file": "b.tif"}
    assert withheld_ids(*parts) == ["a", "b", "c"]


@pytest.mark.parametrize("sources", [["a", "b"], ["b", "a"]])
def test_a_part_has_the_strictest_restriction_of_its_sources(sources: list[str]) -> None:
    parts = part("a", "until tomorrow"), part("b", "closed"), part("c", made_from=sources)
    one = withheld(record_of(*parts), "public", TODAY)["c"]
    assert (one.access.status, one.because) == ("closed", "it goes with b")


@pytest.mark.parametrize("sources", [["a", "b"], ["b", "a"]])
def test_of_two_restrictions_with_dates_the_later_one_applies(sources: list[str]) -> None:
    later = {"status": "restricted", "until": "2040", "rule": "later"}
    sooner = {"status": "restricted", "until": "2039-12", "rule": "sooner"}
    parts = part("a") | {"access": later}, part("b") | {"access": sooner}
    one = withheld(record_of(*parts, part("c", made_from=sources)), "public", TODAY)["c"]
    assert (one.access.rule, one.because) == ("later", "it goes with a")
    together = part("d") | {"file": "a.tif"}, part("b") | {"access": sooner, "file": "a.tif"}
    for same_file in ((parts[0], *together), (*together, parts[0])):
        found = withheld(record_of(*same_file), "public", TODAY)["d"]
        assert found.because == "it is in the same file as a"


def test_a_part_is_withheld_with_its_source_unless_it_has_its_own_access() -> None:
    original = {"id": "o", "kind": "original", "file": "o.txt", "access": CLOSED}
    copy = {"id": "t", "kind": "translation", "file": "t.txt", "made_from": ["o"]}
    redaction = {
        "id": "r",
        "kind": "redaction",
        "file": "r.txt",
        "made_from": ["o"],
        "access": {"status": "open"},
    }
    of_redaction = {"id": "s", "kind": "summary", "file": "s.txt", "about": ["r"]}
    assert withheld_ids(of_redaction, redaction, copy, original) == ["o", "t"]
    assert withheld_ids({**redaction, "file": "o.txt"}, original) == ["o", "r"]
    assert withheld_ids({"id": "a", "kind": "scan", "file": "a.tif"}) == []


@pytest.mark.parametrize(
    ("until", "day", "open_"),
    [
        ("2020", date(2020, 12, 30), False),
        ("2020", date(2020, 12, 31), True),
        ("2020-05", date(2020, 5, 31), True),
        ("2020/..", date(9999, 1, 1), False),
    ],
)
def test_an_embargo_until_a_year_or_month_ends_on_its_last_day(
    until: str, day: date, open_: bool
) -> None:
    access = {"status": "restricted", "until": until, "rule": "r"}
    part = {"id": "a", "kind": "scan", "file": "a.tif", "access": access}
    assert withheld_ids(part, day=day) == ([] if open_ else ["a"])


@pytest.mark.parametrize(
    "access",
    [
        {"status": "closed"},
        {"status": "restricted", "rule": "r"},
        {"status": "closed", "until": "2030", "rule": "r"},
        {"status": "open", "until": "2030"},
    ],
)
def test_access_must_have_exactly_the_rule_and_date_of_its_status(access: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"rule|date|until"):
        record_of({"id": "a", "kind": "scan", "file": "a.tif", "access": access})


def test_a_future_source_date_epoch_does_not_lift_an_embargo_early(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.tif").write_bytes(b"an image")
    record = record_of(part("a", "until tomorrow"))
    (tmp_path / "record.json").write_text(json.dumps(record.as_json()))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(2**32))
    assert build_package(tmp_path, tmp_path.parent / "out", audience="public").withheld
