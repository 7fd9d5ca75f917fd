"""What is kept aside on disk: the same as would be kept in memory."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archive_pkg.tables.aside import Noted

keys = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=4)


@given(st.lists(st.tuples(keys, st.integers(0, 9))), st.lists(keys))
def test_notes_are_what_a_dict_would_have(pairs: list[tuple[str, int]], asked: list[str]) -> None:
    noted, plain = Noted[int](), dict[str, int]()
    for key, value in pairs:
        new = key not in plain
        assert noted.add([(key, value)]) == new
        plain.setdefault(key, value)
    assert list(noted) == list(plain)
    assert bool(noted) == bool(plain)
    assert noted.among(asked) == {key: plain[key] for key in asked if key in plain}
    assert noted.missing(asked) == set(asked) - set(plain)
    noted.put([(key, 7) for key in asked])
    assert noted.among(asked) == dict.fromkeys(asked, 7)


def test_many_keys_are_asked_for_at_once() -> None:
    noted = Noted[int]()
    assert noted.add((f"letter-{n}\x1fpart", n) for n in range(3_000)) == 3_000
    assert len(noted.among(f"letter-{n}\x1fpart" for n in range(2_000, 5_000))) == 1_000
    assert noted.beginning("letter-7\x1f") == ["part"]
    assert "letter-7\x1fpart" in noted
    assert "letter-7" not in noted
