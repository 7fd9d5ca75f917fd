"""Duplicates: similar letters are listed with their differences, others are not."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from archive_pkg.collection import Candidate, Done, duplicates, executor_for
from archive_pkg.collection.index.duplicates import likeness, normal, signature
from program import Letters


def candidates(folder: Path, **given: Any) -> list[Candidate]:
    bad: list[Done] = []

    def take(done: Done) -> None:
        if done.status:
            bad.append(done)

    found = list(duplicates([folder], take, executor=partial(executor_for, 1), **given))
    assert not bad
    return found


def copy(letter: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """Write a second letter with a changed transcription."""
    made = letter.with_name(name)
    shutil.copytree(letter, made)
    part = made / "transcription.txt"
    before = hashlib.sha256(part.read_bytes()).hexdigest()
    part.write_bytes(change(part.read_bytes()))
    after = hashlib.sha256(part.read_bytes()).hexdigest()
    record = (made / "record.yaml").read_text().replace(letter.name, name).replace(before, after)
    (made / "record.yaml").write_text(record)
    other = made / "translation.txt"
    before = hashlib.sha256(other.read_bytes()).hexdigest()
    other.write_text("Nothing that anything else has. " + name)
    after = hashlib.sha256(other.read_bytes()).hexdigest()
    (made / "record.yaml").write_text(record.replace(before, after))
    return made


def test_letters_with_the_same_bytes_or_the_same_or_similar_text_are_listed(
    letters: Letters, tmp_path: Path
) -> None:
    letter, *_ = letters(6, size=2000)
    copy(letter, "same", lambda data: data)
    copy(letter, "spaced", lambda data: data.replace(b"\n", b"\r\n\r\n").replace(b" ", b"  "))

    def amended(data: bytes) -> bytes:
        words = data.split(b" ")
        words[len(words) // 2] = b"amended"
        return b" ".join(words)

    copy(letter, "near", amended)
    found = candidates(tmp_path / "letters")
    shown = {(each.kind, Path(each.one[0]).name, Path(each.other[0]).name) for each in found}
    assert ("same-bytes", letter.name, "same") in shown
    assert ("same-text", letter.name, "spaced") in shown
    near = [each for each in found if each.kind == "near-same"]
    assert {Path(path).name for each in near for path in (each.one[0], each.other[0])} == {
        letter.name, "same", "spaced", "near",
    }  # fmt: skip
    assert all("near" in {Path(each.one[0]).name, Path(each.other[0]).name} for each in near)
    assert any("amended" in line for line in near[0].differences)
    assert not [each for each in candidates(tmp_path / "letters", near=1.0) if each.likeness < 1]


def test_letters_with_the_same_vocabulary_are_not_listed(letters: Letters, tmp_path: Path) -> None:
    letters(30, size=2000)
    assert candidates(tmp_path / "letters") == []


@given(st.lists(st.sampled_from("abcdefghij"), min_size=30, max_size=200))
def test_texts_that_differ_in_spaces_have_the_same_signature(words: list[str]) -> None:
    text = " ".join(words)
    spaced = "\n ".join(words)
    assert likeness(text, spaced) == 1
    assert signature(normal(text)) == signature(normal(spaced))
