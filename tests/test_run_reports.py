"""Commands that run unattended write a report, metrics and a log that name every bag."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from archive_pkg import bags
from program import Run

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "source").mkdir()
    (tmp_path / "source/a").write_text("one")
    return tmp_path / "source"


def lines(report: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in report.read_text().splitlines()]


def test_every_bag_command_reports_with_times(source: Path, run: Run) -> None:
    there = source.parent
    bag, report, metrics, log = (there / name for name in ("bag", "r.jsonl", "m.prom", "l.jsonl"))
    words: list[tuple[object, ...]] = [
        ("create", source, bag),
        ("update", bag, "--info", "A=b"),
        ("upgrade", bag, "--algorithm", "md5"),
        ("verify", bag),
        ("pack", bag, there / "bag.zip"),
        ("unpack", there / "bag.zip", there / "copy"),
        ("split", bag, "--count", 1, "--out", there / "parts"),
        ("join", there / "parts", "--out", there / "joined"),
        ("fetch", bag),
        ("revert", bag),
        ("revert", there / "none"),
    ]
    for command, *more in words:
        options = ("--report", report, "--metrics", metrics, "--log-file", log)
        done = run("bag", command, *more, *options)
        assert done.returncode == (5 if there / "none" in more else 0), done
        line = lines(report)[-1]
        assert line["command"] == f"bag {command}"
        assert re.fullmatch(TIME, str(line["run"]))
        assert re.fullmatch(TIME, str(line["time"]))
        figures = metrics.read_text()
        status = f'archive_pkg_run_exit_status{{command="bag {command}"}} {done.returncode}\n'
        assert status in figures
        assert f'run_results{{command="bag {command}",outcome="{line["outcome"]}"}} 1\n' in figures
    assert len(lines(report)) == len(words)
    assert (line["path"], line["outcome"], line["status"]) == (str(there / "none"), "failed", 5)
    assert all(re.fullmatch(TIME, str(each["time"])) for each in lines(log))


def test_metrics_count_results_by_outcome(source: Path, run: Run) -> None:
    there = source.parent
    (there / "bags").mkdir()
    for name in ("a", "b", "c"):
        bags.create(source, there / "bags" / name)
    (there / "bags/b/data/a").write_text("other")
    metrics = there / "verify.prom"
    assert run("verify", there / "bags", "--metrics", metrics).returncode == 3
    figures = metrics.read_text()
    for line in (
        'archive_pkg_run_exit_status{command="verify"} 3',
        'archive_pkg_run_results{command="verify",outcome="valid"} 2',
        'archive_pkg_run_results{command="verify",outcome="invalid"} 1',
    ):
        assert f"\n{line}\n" in f"\n{figures}"
    names = re.findall(r"^# TYPE (\S+) gauge$", figures, re.MULTILINE)
    assert set(re.findall(r"^(archive_pkg\w+)\{", figures, re.MULTILINE)) == set(names)
    done = run("verify", there / "bags", "--metrics", there / "none/x")
    assert (done.returncode, f"{there / 'none'} does not exist" in done.stderr) == (5, True)


def test_every_quiet_line_about_a_fault_names_its_bag(source: Path, run: Run) -> None:
    bag = source.parent / "bag"
    bags.create(source, bag)
    done = run("bag", "update", bag, "--info", "Payload-Oxum=1.1", "--quiet")
    assert f"error: {bag}: Payload-Oxum is computed" in done.stderr
    for number in range(5):
        (bag / f"data/new{number}").touch()
    done = run("bag", "verify", bag, "--completeness-only", "--quiet")
    places = [line for line in done.stdout.splitlines() if "data/new" in line and "-" in line]
    assert places
    assert all(str(bag) in line for line in places)
