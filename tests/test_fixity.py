"""Digests agree with hashlib, however the bytes come."""

from __future__ import annotations

import hashlib
import io
import os
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive_pkg import fixity
from archive_pkg.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SIZES = [0, 1, fixity.BLOCK - 1, fixity.BLOCK, 1 << 20, (5 << 20) + 3]


def expected(data: bytes) -> dict[str, str]:
    return {"sha256": hashlib.sha256(data).hexdigest(), "sha512": hashlib.sha512(data).hexdigest()}


@pytest.mark.parametrize("size", SIZES)
def test_bytes_files_and_streams_agree(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    path = tmp_path / "f"
    path.write_bytes(data)
    names = ["sha256", "sha512"]
    assert fixity.digest(data, names) == expected(data)
    assert fixity.digest(path, names) == expected(data)
    assert fixity.digest(io.BytesIO(data), names) == expected(data)


@given(st.binary(), st.sampled_from(sorted(fixity.ALGORITHMS)))
def test_every_algorithm_has_its_length(data: bytes, name: str) -> None:
    assert len(fixity.digest(data, [name])[name]) == fixity.ALGORITHMS[name].length


def test_an_unknown_algorithm_is_named_with_those_that_are_known() -> None:
    with pytest.raises(UsageError, match=r"crc32[\s\S]*sha512"):
        fixity.digest(b"", ["crc32"])


@pytest.mark.parametrize("size", SIZES)
def test_copies_are_digested_as_they_are_made(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    (tmp_path / "from").write_bytes(data)
    told: list[int] = []
    source = os.open(tmp_path / "from", os.O_RDONLY)
    target = os.open(tmp_path / "to", os.O_RDWR | os.O_CREAT)
    count, digests = fixity.copy_and_digest(source, target, ["sha256", "sha512"], told.append)
    os.close(source)
    os.close(target)
    assert (tmp_path / "to").read_bytes() == data
    assert count == sum(told) == size
    assert {name: digest.hex() for name, digest in digests.items()} == expected(data)


def square(index: int, tick: Callable[[int, int], None]) -> int:
    tick(1, index)
    if index == 999:
        raise ValueError("no")
    return index * index


@pytest.mark.parametrize("jobs", [1, 2, 5])
@pytest.mark.parametrize("threads", [False, True])
def test_work_is_spread_and_all_of_it_comes_back(jobs: int, threads: bool) -> None:
    stop = threading.Event()
    other = threading.Thread(target=stop.wait)
    if threads:  # then forking is not safe, and not done
        other.start()
    told: list[tuple[int, int]] = []
    try:
        got = dict(fixity.spread(square, 50, jobs=jobs, tick=lambda *done: told.append(done)))
    finally:
        stop.set()
    assert got == {index: index * index for index in range(50)}
    assert sorted(told) == [(1, index) for index in range(50)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_a_piece_raises_is_raised(jobs: int) -> None:
    with pytest.raises(ValueError, match="no"):
        list(fixity.spread(square, 1000, jobs=jobs))


def test_pieces_of_a_worker_that_died_are_done_again() -> None:
    here = os.getpid()

    def die_elsewhere(index: int, tick: Callable[[int, int], None]) -> int:
        if os.getpid() != here and index == 7:
            os._exit(9)
        return index

    assert dict(fixity.spread(die_elsewhere, 20, jobs=2)) == {i: i for i in range(20)}


def test_more_pieces_than_the_pipe_takes() -> None:
    assert len(dict(fixity.spread(lambda index, tick: index, 9000, jobs=2))) == 9000
