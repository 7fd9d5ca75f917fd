"""Bulk building: a failure does not stop the others, and a run can be killed at any instant."""

from __future__ import annotations

import collections
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from archive_pkg.collection import (
    Done,
    Options,
    build_many,
    executor_for,
    find_records,
    find_sources,
    make_collection,
    open_collection,
)
from archive_pkg.collection.bulk import running
from archive_pkg.collection.bulk.running import NOT_BEGUN, Work
from archive_pkg.collection.bulk.searching import TableRow, packages_below
from archive_pkg.errors import UsageError
from archive_pkg.packages import build_package, verify
from archive_pkg.storage import FullError, LockedError
from collection import works
from program import PATIENCE, Disk, Letters, Run, started, unhurried, wait_until

ON = date(2026, 11, 24)


def build(sources: Iterable[Path], out: Path, **options: Any) -> list[Done]:
    return build_from(find_records(sources), out, **options)


def build_from(
    sources: Iterable[Path | TableRow],
    out: Path,
    *,
    layout: str = "",
    jobs: int = 1,
    **options: Any,
) -> list[Done]:
    done: list[Done] = []
    build_many(
        sources,
        make_collection(out, layout),
        done.append,
        executor=partial(executor_for, jobs),
        options=Options(ON, **options),
    )
    return done


def outcomes(done: list[Done]) -> dict[str, int]:
    return dict(collections.Counter(each.outcome for each in done))


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_bulk_building_gives_the_same_packages_as_building_one_by_one(
    letters: Letters, tmp_path: Path
) -> None:
    made = letters(3)
    build([tmp_path / "letters"], tmp_path / "many")
    for letter in made:
        one = build_package(letter, tmp_path / "one", on=ON).path
        assert tree(one) == tree(tmp_path / "many" / letter.name)


@pytest.mark.parametrize(("jobs", "number"), [(1, 8), (2, running.FEW + 2)])
def test_a_letter_with_errors_does_not_stop_the_others(
    letters: Letters, tmp_path: Path, jobs: int, number: int
) -> None:
    made = letters(number)
    (made[2] / "record.yaml").write_text("id: [\n")
    (made[-2] / "translation.txt").unlink()
    done = build([tmp_path / "letters"], tmp_path / "out", jobs=jobs)
    assert outcomes(done) == {"built": number - 2, "failed": 2}
    bad = {Path(each.path).name: each for each in done if each.status}
    assert {each.status for each in bad.values()} == {3}
    assert bad[made[-2].name].findings[0].code == "part-missing"
    assert len(list(packages_below(tmp_path / "out"))) == number - 2


def test_a_second_run_does_only_what_is_missing_or_changed(
    letters: Letters, tmp_path: Path
) -> None:
    made = letters(6)
    out = tmp_path / "out"
    build([tmp_path / "letters"], out)
    for path in (tmp_path / "letters").rglob("*"):
        os.utime(path, (0, 0))  # file times are ignored
    assert outcomes(build([tmp_path / "letters"], out)) == {"unchanged": 6}
    shutil.rmtree(out / made[0].name)
    text = (made[1] / "record.yaml").read_text()
    (made[1] / "record.yaml").write_text(text.replace("title: Letter,", "title: Copy of a letter,"))
    done = build([tmp_path / "letters"], out)
    assert outcomes(done) == {"built": 1, "failed": 1, "unchanged": 4}
    assert {finding.code for each in done for finding in each.findings} == {"package-differs"}
    done = build([tmp_path / "letters"], out, replace=True)
    assert outcomes(done) == {"replaced": 1, "unchanged": 5}
    assert all(verify(package).ok for package in packages_below(out))
    (out / ".archive-pkg" / "built.sqlite").write_bytes(b"damaged" * 1000)
    assert outcomes(build([tmp_path / "letters"], out)) == {"unchanged": 6}


def test_two_records_with_the_same_id_are_reported_even_with_replace(
    letters: Letters, tmp_path: Path
) -> None:
    first, second = letters(2)
    text = (second / "record.yaml").read_text()
    (second / "record.yaml").write_text(text.replace(f"id: {second.name}", f"id: {first.name}"))
    done = build([first, second], tmp_path / "out")
    assert outcomes(done) == {"built": 1, "failed": 1}
    done = build([first, second], tmp_path / "other", replace=True)
    assert "record-id-twice" in {finding.code for each in done for finding in each.findings}


@pytest.mark.parametrize(("layout", "reported"), [("flat", 1), ("pair-tree", 1), ("hashed", 0)])
def test_packages_whose_paths_differ_only_in_case_are_reported(
    letters: Letters, tmp_path: Path, layout: str, reported: int
) -> None:
    first, second = letters(2)
    text = (second / "record.yaml").read_text()
    (second / "record.yaml").write_text(text.replace(f"id: {second.name}", "id: Letter-0000000"))
    make_collection(tmp_path / "out", layout)
    assert outcomes(build([first], tmp_path / "out")) == {"built": 1}
    [done] = build([second], tmp_path / "out")
    assert (done.outcome, done.status) == ("built", 0)
    found = [finding for finding in done.findings if finding.code == "record-ids-alike"]
    assert len(found) == reported


@pytest.mark.parametrize("layout", ["hashed", "pair-tree"])
def test_a_collection_keeps_its_layout(letters: Letters, tmp_path: Path, layout: str) -> None:
    letters(3)
    out = tmp_path / "out"
    build([tmp_path / "letters"], out, layout=layout)
    packages = list(packages_below(out))
    assert len(packages) == 3
    assert all(package.parent.parent != tmp_path for package in packages)
    assert all(open_collection(out).home(package.name) == package for package in packages)
    assert outcomes(build([tmp_path / "letters"], out)) == {"unchanged": 3}
    with pytest.raises(UsageError, match=layout):
        make_collection(out, "flat")


def test_the_hashed_layout_is_that_of_ocfl_extension_0003(tmp_path: Path) -> None:
    # The example in the specification of the extension.
    collection = make_collection(tmp_path, "hashed")
    assert collection.home("object-01") == tmp_path / "3c0" / "ff4" / "240" / "object-01"


def test_file_and_folder_names_in_other_scripts_are_built(letters: Letters, tmp_path: Path) -> None:
    (letter,) = letters(1)
    record = (letter / "record.yaml").read_text()
    for old, new in (("transcription.txt", "письмо ß.txt"), ("translation.txt", "信/手紙 é.txt")):
        (letter / new).parent.mkdir(exist_ok=True)
        (letter / old).rename(letter / new)
        record = record.replace(old, f'"{new}"')
    (letter / "record.yaml").write_text(record, encoding="utf-8")
    home = tmp_path / "дела архив"
    (tmp_path / "letters").rename(home)
    assert outcomes(build([home], tmp_path / "полка")) == {"built": 1}
    assert outcomes(build([home], tmp_path / "полка")) == {"unchanged": 1}


def test_a_collection_in_use_is_locked_and_the_second_run_names_the_holder(
    letters: Letters, tmp_path: Path
) -> None:
    letters(1)
    collection = make_collection(tmp_path / "out")
    with collection.held(), pytest.raises(LockedError, match=f"process {os.getpid()} on "):
        build([tmp_path / "letters"], tmp_path / "out")


@contextmanager
def _building(out: Path, source: Path) -> Iterator[subprocess.Popen[str]]:
    """A build of many letters that has begun to stage packages."""
    words = unhurried("build", source, "--out", out, "--jobs", 2, "--date", ON)
    with started(words, stderr=subprocess.STDOUT) as process:
        wait_until(lambda: any((out / ".archive-pkg" / "work").glob("*/*")), process)
        yield process


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_build_stopped_by_a_signal_is_finished_by_the_next_run(
    letters: Letters, tmp_path: Path, number: int
) -> None:
    letters(60)
    out = tmp_path / "out"
    with _building(out, tmp_path / "letters") as process:
        os.killpg(process.pid, number)
        said, _ = process.communicate(timeout=PATIENCE)
    there = list(packages_below(out))
    if number != signal.SIGKILL:
        assert process.returncode == 128 + number, said
        assert not (out / ".archive-pkg" / "work").exists()
        # A killed worker could not report the last packages that it finished.
        assert sum(map(int, re.findall(r"(\d+) built", said))) <= len(there)
    again = build([tmp_path / "letters"], out)
    assert outcomes(again).get("built", 0) == 60 - len(there)
    assert {each.outcome for each in again} <= {"built", "unchanged"}
    assert not (out / ".archive-pkg" / "work").exists()
    assert len(list(packages_below(out))) == 60
    assert all(verify(package).ok for package in list(packages_below(out))[::20])


def _workers(parent: int) -> list[int]:
    """The processes that a build has started to do its work."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [
        int(child)
        for child in children
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


@pytest.mark.slow
def test_letters_of_a_worker_that_the_kernel_kills_are_built(
    letters: Letters, tmp_path: Path
) -> None:
    letters(60)
    with _building(tmp_path / "out", tmp_path / "letters") as process:
        os.kill(_workers(process.pid)[0], signal.SIGKILL)
        said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    there = list(packages_below(tmp_path / "out"))
    assert len(there) == 60
    assert not (tmp_path / "out" / ".archive-pkg" / "work").exists()
    assert all(verify(package).ok for package in there[::20])


@pytest.mark.parametrize("work", [works.dying, works.out_of_memory])
def test_only_the_subject_that_killed_its_worker_fails(work: Work[int]) -> None:
    done: dict[int, Done] = {}
    running.run(work, range(100), done.__setitem__, executor=partial(executor_for, 2), batch=2)
    assert sorted(done) == list(range(100))
    assert [number for number, each in done.items() if each.status] == [70]
    assert done[70].findings[0].code == "worker-lost"


def test_few_subjects_are_divided_into_several_batches_for_each_worker() -> None:
    for count, most in ((1, 1), (40, 3), (200, 16), (1001, 83), (5001, 200)):
        sizes = [len(batch) for batch in running._batches(iter(range(count)), 200, width=12)]
        assert (sum(sizes), max(sizes)) == (count, most)


_UNGUARDED = """\
import sys
from functools import partial
from pathlib import Path
from archive_pkg import collection

records, out = map(Path, sys.argv[1:])
collection.build_many(
    collection.find_records([records]), collection.make_collection(out), print,
    executor=partial(collection.executor_for, 2),
)
"""


@pytest.mark.slow
def test_a_script_without_a_main_guard_ends_with_a_hint(letters: Letters, tmp_path: Path) -> None:
    letters(33)
    script = tmp_path / "script.py"
    script.write_text(_UNGUARDED)
    words = [sys.executable, str(script), str(tmp_path / "letters"), str(tmp_path / "out")]
    said = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert said.returncode == 1
    assert "ended before they started" in said.stderr
    assert "if __name__" in said.stderr.splitlines()[-1]
    assert not list(packages_below(tmp_path / "out"))
    guarded = _UNGUARDED.replace("\n\nrecords", '\n\nif __name__ == "__main__":\n  records')
    script.write_text(guarded.replace("\ncollection", "\n  collection"))
    subprocess.run(words, stdout=subprocess.DEVNULL, timeout=PATIENCE, check=True)
    assert len(list(packages_below(tmp_path / "out"))) == 33


def test_a_full_disk_ends_the_run_and_nothing_more_is_started() -> None:
    done: dict[int, Done] = {}
    with pytest.raises(FullError, match="the rest was not started"):
        running.run(
            works.filling, range(10_000), done.__setitem__, executor=partial(executor_for, 1)
        )
    assert len(done) == 32


def test_a_full_disk_is_reported_and_the_next_run_resumes(
    letters: Letters, tmp_path: Path, disk: Disk
) -> None:
    letters(20, size=70_000)
    out = disk("size=2m") / "out"
    done: list[Done] = []
    with pytest.raises(FullError, match="the disk is full"):
        build_many(
            find_records([tmp_path / "letters"]),
            make_collection(out),
            done.append,
            executor=partial(executor_for, 1),
            options=Options(ON),
        )
    assert {"built", "failed"} <= outcomes(done).keys() <= {"built", "failed", NOT_BEGUN}
    there = list(packages_below(out))
    assert len(there) == outcomes(done)["built"]
    assert all(verify(package).ok for package in there)
    disk("size=64m")
    again = build([tmp_path / "letters"], out)
    assert outcomes(again) == {"built": 20 - len(there), "unchanged": len(there)}


def test_the_command_reports_each_result_and_a_summary(
    run: Run, letters: Letters, tmp_path: Path
) -> None:
    made = letters(4)
    (made[2] / "translation.txt").write_text("changed")
    report = tmp_path / "report.jsonl"
    words = ["build", tmp_path / "letters", "--out", tmp_path / "out", "--report", report]
    ran = run(*words)
    assert ran.returncode == 3, ran.stderr
    assert "3 built, 1 failed" in ran.stdout
    assert "[part-changed]" in ran.stdout
    lines = [json.loads(line) for line in report.read_text().splitlines()]
    assert [line["outcome"] for line in lines].count("failed") == 1
    ran = run(*words, "--json")
    reported = json.loads(ran.stdout)
    assert reported["counts"] == {"unchanged": 3, "failed": 1}
    assert reported["status"] == 3
    assert len(reported["results"]) == 4


def test_a_report_continues_after_an_incomplete_line(
    run: Run, letters: Letters, tmp_path: Path
) -> None:
    letters(2)
    report = tmp_path / "report.jsonl"
    words = ["build", tmp_path / "letters", "--out", tmp_path / "out", "--report", report]
    assert run(*words).returncode == 0
    with report.open("a") as file:
        file.write('{"run": "killed in the mid')
    assert run(*words).returncode == 0
    lines = report.read_text().splitlines()
    assert len(lines) == 5
    reported = [json.loads(line) for line in (*lines[:2], *lines[3:])]
    assert [line["outcome"] for line in reported] == ["built", "built", "unchanged", "unchanged"]
    assert all(line["run"].endswith("Z") for line in reported)


def test_a_pattern_finds_records_and_a_pattern_without_matches_is_reported(
    letters: Letters, tmp_path: Path
) -> None:
    letters(3)
    found = list(find_records([tmp_path / "letters" / "*" / "letter-000000[12]"]))
    assert sorted(path.name for path in found) == ["letter-0000001", "letter-0000002"]
    done = build([tmp_path / "lettres" / "*", tmp_path / "letters"], tmp_path / "out")
    assert outcomes(done) == {"failed": 1, "built": 3}


def test_the_letters_of_a_catalogue_are_built_as_from_their_records(
    letters: Letters, tmp_path: Path
) -> None:
    from archive_pkg import tables
    from archive_pkg.records import load_record

    made = letters(4)
    for name, data in tables.package_files([load_record(each) for each in made], "all").items():
        path = tmp_path / "catalogue" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    for each in made:
        for part in each.glob("*.txt"):
            home = tmp_path / "files" / each.name
            home.mkdir(parents=True, exist_ok=True)
            shutil.copy(part, home)
    catalogue = tmp_path / "catalogue" / "datapackage.json"

    def again() -> list[Done]:
        return build_from(find_sources([catalogue], tmp_path / "files"), tmp_path / "out")

    assert outcomes(again()) == {"built": 4}
    for each in made:
        one = build_package(each, tmp_path / "one", on=ON).path
        assert tree(one) == tree(tmp_path / "out" / each.name)
    assert outcomes(again()) == {"unchanged": 4}
    (tmp_path / "files" / made[0].name / "translation.txt").write_text("changed")
    assert outcomes(again()) == {"unchanged": 3, "failed": 1}


def close(letter: Path) -> None:
    """Close the translation of a letter until 2031."""
    yaml = letter / "record.yaml"
    shut = (
        "    made_from: [letter]\n    access: {status: restricted, until: 2031-01-01, rule: § 5}\n"
    )
    yaml.write_text(yaml.read_text().replace("    made_from: [letter]\n", shut))


def test_bulk_building_gives_the_same_public_packages_as_building_one_by_one(
    letters: Letters, tmp_path: Path
) -> None:
    made = letters(3)
    close(made[1])
    out = tmp_path / "out"
    assert outcomes(build([tmp_path / "letters"], out)) == {"built": 3}
    done = build([tmp_path / "letters"], out, audience="public")
    assert outcomes(done) == {"built": 3}
    gone = {"english": "restricted until 1 January 2031 (§ 5)"}
    assert [each.details.get("withheld") for each in done] == [None, gone, None]
    for letter in made:
        one = build_package(letter, tmp_path / "one", on=ON, audience="public").path
        assert tree(one) == tree(out / f"{letter.name}-public")
    # A collection has public and internal packages, and keeps them apart.
    for audience in ("internal", "public"):
        assert outcomes(build([tmp_path / "letters"], out, audience=audience)) == {"unchanged": 3}
    (made[1] / "translation.txt").write_text("changed")
    done = build([tmp_path / "letters"], out, audience="public")
    assert outcomes(done) == {"unchanged": 2, "failed": 1}


def test_the_command_builds_for_the_public_in_bulk(
    run: Run, letters: Letters, tmp_path: Path
) -> None:
    made = letters(running.FEW + 2)
    for letter in made[:2]:
        close(letter)
    report = tmp_path / "report.jsonl"
    words = ("build", tmp_path / "letters", "--out", tmp_path / "out", "--audience", "public")
    done = run(*words, "--jobs", 2, "--report", report, "--layout", "hashed")
    assert done.returncode == 0
    assert "parts withheld: 2" in done.stdout
    lines = [json.loads(line) for line in report.read_text().splitlines()]
    assert len(lines) == len(made)
    assert all(Path(line["package"]).name.endswith("-public") for line in lines)
    assert sum("withheld" in line for line in lines) == 2
    assert not list((tmp_path / "out").rglob("letter-0000000-public/**/translation.txt"))
    done = run("build", made[0], "--out", tmp_path / "x", "--target", "rda", "--jobs", 2)
    assert done.returncode == 2
    assert "do not work with --target" in done.stderr
