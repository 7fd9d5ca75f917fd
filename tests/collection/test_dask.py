"""The same work on a real Dask cluster of two workers, one of which is killed."""

from __future__ import annotations

import collections
import os
import signal
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from archive_pkg.collection import (
    Done,
    ForEach,
    Options,
    build_many,
    executor_for,
    find_packages,
    find_records,
    make_collection,
    run,
    verify_one,
)
from archive_pkg.errors import StorageError
from collection import works
from program import Letters

pytestmark = pytest.mark.service


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    dask, distributed = map(pytest.importorskip, ("dask", "distributed"))

    # By default Dask tries three times before it reports a failure; here it reports at once.
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None
        ) as cluster,
    ):
        yield cluster


def test_each_letter_is_built_once_although_dask_workers_are_killed(
    letters: Letters, tmp_path: Path, cluster: Any
) -> None:
    letters(120, size=300)
    done: list[Done] = []
    killed: list[int] = []

    def take(each: Done) -> None:
        done.append(each)
        if len(done) > 32 and not killed:
            worker = next(iter(cluster.workers.values()))
            killed.append(worker.process.pid)
            os.kill(killed[0], signal.SIGKILL)

    build_many(
        find_records([tmp_path / "letters"]),
        make_collection(tmp_path / "out", "hashed"),
        take,
        executor=partial(executor_for, None, f"dask:{cluster.scheduler_address}"),
        options=Options(date(2026, 11, 24)),
        batch=10,
    )
    assert killed
    counted = collections.Counter(each.path for each in done)
    assert len(counted) == 120
    assert set(counted.values()) == {1}
    assert {each.outcome for each in done} <= {"built", "unchanged"}
    packages = list(find_packages([tmp_path / "out"]))
    assert len(packages) == 120
    assert not (tmp_path / "out" / ".archive-pkg" / "work").exists()
    verified: list[Done] = []
    run(
        ForEach(verify_one),
        packages,
        lambda _, each: verified.append(each),
        executor=partial(executor_for, None, f"dask:{cluster.scheduler_address}"),
    )
    assert [each.outcome for each in verified] == ["valid"] * 120


def test_only_the_subject_that_kills_dask_workers_fails(cluster: Any) -> None:
    done: dict[int, Done] = {}
    executor = partial(executor_for, None, f"dask:{cluster.scheduler_address}")
    run(works.dying, range(64, 104), done.__setitem__, executor=executor, batch=2)
    assert sorted(done) == list(range(64, 104))
    assert [number for number, each in done.items() if each.status] == [70]


def test_a_missing_cluster_is_reported() -> None:
    with pytest.raises(StorageError, match="answers"):
        executor_for(None, "dask:tcp://127.0.0.1:1")
