"""Digests of many files are correct for all sizes and numbers of workers."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

import pytest

from archive_pkg.bags.folder import Folder

SIZES = [0, 1, 65_535, 65_536, 65_537, 200_000, (4 << 20) - 1, 4 << 20, (4 << 20) + 1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number, size in enumerate(SIZES + [10] * 600):
        path = tmp_path / f"d{number % 3}/f{number}"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(os.urandom(size))
    return tmp_path


@pytest.mark.parametrize("jobs", [1, 2, None])
@pytest.mark.parametrize("threads", [False, True])
def test_files_of_all_sizes_are_digested(folder: Path, jobs: int | None, threads: bool) -> None:
    stop = threading.Event()
    other = threading.Thread(target=stop.wait)
    if threads:
        other.start()
    reported = [0, 0]

    def say(files: int, size: int) -> None:
        reported[0] += files
        reported[1] += size

    with Folder(folder) as tree:
        files = [*tree.listing().files, "d0/none"]
        wanted = {
            name: {
                path: hashlib.new(name, (folder / path).read_bytes()).digest()
                for path in files[:-1]
            }
            for name in ("md5", "sha512")
        }
        with tree.digesting(files, wanted, jobs) as digesting:
            digests = digesting.finish(say)
    stop.set()
    assert [finding.location.path for finding in digests.findings] == ["d0/none"]
    assert digests.unread() == {"d0/none"}
    assert list(digests.sizes())[:-1] == [(folder / path).stat().st_size for path in files[:-1]]
    assert digests.mismatches(wanted) == []
    assert reported == [len(files) - 1, sum(digests.sizes()) + 1]
    path = files[7]
    right = wanted["md5"][path]
    wanted["md5"][path] = bytes(16)
    assert digests.mismatches(wanted) == [(path, "md5", right)]
    assert digests.of(7, "md5") == right


def test_digesting_ends_when_its_context_is_left(folder: Path) -> None:
    with Folder(folder) as tree:
        with tree.digesting(tree.listing().files, ["sha512"], 2):
            pass
        with tree.digesting(tree.listing().files, ["sha512"], 2) as digesting:
            assert digesting.finish(lambda files, size: None).findings == []


def test_a_file_replaced_by_a_link_pipe_or_folder_is_not_read(folder: Path) -> None:
    with Folder(folder) as tree:
        files = tree.listing().files[:3]
        (folder / files[0]).unlink()
        (folder / files[0]).symlink_to("/etc/passwd")
        (folder / files[1]).unlink()
        os.mkfifo(folder / files[1])
        (folder / files[2]).unlink()
        (folder / files[2]).mkdir()
        with tree.digesting(files, ["md5"], 1) as digesting:
            digests = digesting.finish(lambda done, size: None)
    assert digests.unread() == set(files)
