"""Log messages: in Python, with --verbose, and in a log file."""

from __future__ import annotations

import json
import logging
import os
import threading
from typing import TYPE_CHECKING

import pytest

from archive_pkg import bags, build_package, logs
from archive_pkg.collection import executor_for
from archive_pkg.deposits import retrying
from archive_pkg.deposits.http.client import _bare
from archive_pkg.deposits.repository_interface import LostError
from archive_pkg.storage import Lock, Staging, hidden, log_to

if TYPE_CHECKING:
    from pathlib import Path

    from program import Run


def test_the_library_logs_without_printing_anything(
    letter: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with caplog.at_level(logging.DEBUG, "archive_pkg"):
        path = build_package(letter, tmp_path / "out").path
    assert f"wrote {path}" in caplog.messages
    assert {record.name.partition(".")[0] for record in caplog.records} == {"archive_pkg"}
    assert "Comrade" not in caplog.text
    assert capsys.readouterr() == ("", "")


def test_verbose_and_log_file_are_accepted_before_and_after_the_command(
    run: Run, package: Path, tmp_path: Path
) -> None:
    log, said = tmp_path / "log.jsonl", f"verifying {package}\n"
    assert run("--verbose", "bag", "verify", package, "--quiet").stderr == said
    assert run("bag", "verify", package, "--json", "--verbose", "--log-file", log).stderr == said
    assert run("bag", "verify", package, f"--log-file={log}").stderr == ""
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["message"] for line in lines if line["level"] == "INFO"] == [said.strip()] * 2
    assert lines[0].keys() == {"time", "level", "logger", "process", "message"}
    assert log.stat().st_mode & 0o777 == 0o600
    assert run("bag", "verify", package).stderr == "", "the next run is silent again"


def test_a_log_that_cannot_be_written_is_reported(
    run: Run, letter: Path, package: Path, tmp_path: Path
) -> None:
    record = letter / "record.yaml"
    before = record.read_bytes()
    assert run("bag", "verify", package, "--log-file", record).returncode == 2
    assert record.read_bytes() == before
    assert run("bag", "verify", package, "--log-file", tmp_path / "no" / "log").returncode == 5
    assert run("bag", "verify", package, "--log-file").returncode == 2
    full = run("bag", "verify", package, "--log-file", "/dev/full")
    assert (full.returncode, "cannot be written" in full.stderr) == (0, True)


def test_control_characters_do_not_reach_the_terminal(run: Run, tmp_path: Path) -> None:
    (odd := tmp_path / "a\x1b[2J").mkdir()
    done = run("bag", "verify", odd, "--verbose")
    assert "verifying" in done.stderr
    assert "\x1b" not in done.stderr


def test_waiting_for_a_lock_and_removing_leftovers_are_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "archive_pkg")
    target = tmp_path / "x"
    left = hidden(target, "-0123abcd")
    left.mkdir()
    held = Lock(target)
    with held:
        waiting = threading.Thread(target=lambda: Staging(target, wait=5).__enter__())
        waiting.start()
        while not caplog.messages:
            waiting.join(0.001)
    waiting.join()
    assert caplog.messages[0].startswith(f"waiting for {target}, which is used by process ")
    assert caplog.messages[1:] == [f"removed {left}, which an interrupted run had left"]


def test_a_retry_is_logged_and_secrets_are_removed_from_addresses(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO, "archive_pkg")
    monkeypatch.setattr("time.sleep", lambda _: None)
    retrying.wait_after(LostError("it answers 503"), 0.5)
    assert caplog.messages == ["it answers 503; trying again in 0.5 s"]
    assert _bare("https://me:pw@host:8/api?token=x#y") == "https://host:8/api"


@pytest.mark.slow
def test_worker_processes_log_into_the_same_file(package: Path, tmp_path: Path) -> None:
    log_to(verbose=False, file=tmp_path / "log.jsonl")
    executor = executor_for(2)
    try:
        assert executor.result(executor.submit(bags.verify, package)).valid
    finally:
        executor.close()
        logs.stop()
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["message"] for line in lines] == [
        "starting up to 2 worker processes", f"verifying {package}",
    ]  # fmt: skip
    assert lines[0]["process"] == os.getpid() != lines[1]["process"]
