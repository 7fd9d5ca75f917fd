"""Files that the user names: links are followed, pipes and devices written into, `-` printed."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import threading
from datetime import date
from pathlib import Path

import pytest

from archive_pkg import cli, storage
from archive_pkg.errors import StorageError
from archive_pkg.packages import build_package
from program import Run, command

LETTER = Path(__file__).parents[1] / "records" / "1960-07-18-cpsu-to-sed"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shelf")
    build_package(LETTER, folder, on=date(2026, 11, 24))
    assert cli.run(["audit", "run", str(folder), "-q"]) == 0
    return folder


def command_lines(shelf: Path, out: Path) -> dict[str, list[object]]:
    package = shelf / LETTER.name
    return {
        "page": ["page", package, "-o", out],
        "export": ["export", package, "--to", "tei", "-o", out],
        "stats": ["stats", shelf, "--refresh", "--html", out],
        "report as a page": ["audit", "report", shelf, "--html", out],
        "report as a table": ["audit", "report", shelf, "--csv", out],
        "figures": ["audit", "report", shelf, "--metrics", out],
        "figures of a run": ["audit", "run", shelf, "--metrics", out],
        "report of a run": ["verify", shelf, "--report", out],
        "picture": ["show", package, "--picture", out],
        "tables": ["tables", "export", package, "--out", out, "--replace"],
        "template": ["tables", "template", out, "--replace"],
    }


NAMES = list(command_lines(Path(), Path()))


@pytest.mark.parametrize("name", NAMES)
def test_a_device_stays_a_device(run: Run, shelf: Path, tmp_path: Path, name: str) -> None:
    device = tmp_path / "null"
    try:
        os.mknod(device, stat.S_IFCHR | 0o666, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("only root can make devices")
    done = run(*command_lines(shelf, device)[name])
    assert done.returncode == 0, done.stderr
    assert stat.S_ISCHR(device.lstat().st_mode)


@pytest.mark.parametrize("name", NAMES)
def test_a_pipe_gets_the_file(run: Run, shelf: Path, tmp_path: Path, name: str) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    done = run(*command_lines(shelf, pipe)[name])
    reader.join(30)
    assert done.returncode == 0, done.stderr
    assert got
    assert got[0]
    assert stat.S_ISFIFO(pipe.lstat().st_mode)


@pytest.mark.parametrize("name", NAMES)
def test_a_link_stays_and_what_it_leads_to_is_written(
    run: Run, shelf: Path, tmp_path: Path, name: str
) -> None:
    ending = ".svg" if name == "picture" else ".xlsx"
    real, link = tmp_path / f"real{ending}", tmp_path / f"link{ending}"
    real.write_bytes(b"")
    link.symlink_to(real.name)
    done = run(*command_lines(shelf, link)[name])
    assert done.returncode == 0, done.stderr
    assert link.is_symlink()
    assert real.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([real.name, link.name])


STARTS = {
    "page": "<!doctype html>",
    "export": "<?xml",
    "stats": "<!doctype html>",
    "report as a page": "<!doctype html>",
    "report as a table": "package,",
    "figures": "# help",
    "figures of a run": "# help",
    "picture": "<svg",
}


@pytest.mark.parametrize("name", STARTS)
def test_a_dash_is_standard_output_and_nothing_else_is_there(
    run: Run, shelf: Path, name: str
) -> None:
    done = run(*command_lines(shelf, Path("-"))[name])
    assert done.returncode == 0, done.stderr
    assert done.stdout.lstrip().lower().startswith(STARTS[name])
    assert not Path("-").exists()


@pytest.mark.parametrize(
    ("name", "start"), [("report of a run", b'{"run"'), ("tables", b"PK"), ("template", b"PK")]
)
def test_a_dash_takes_lines_and_workbooks(shelf: Path, name: str, start: bytes) -> None:
    words = command(*command_lines(shelf, Path("-"))[name])
    done = subprocess.run(words, capture_output=True, check=True)
    assert done.stdout.startswith(start)


def test_standard_output_takes_one_document(run: Run, shelf: Path) -> None:
    assert run("page", shelf / LETTER.name, "-o", "-", "--json").returncode == 2
    assert run("audit", "report", shelf, "--html", "-", "--csv", "-").returncode == 2
    assert run("site", shelf, "-o", "-").returncode == 2
    assert not Path("-").exists()


def test_an_annotated_table_goes_to_standard_output(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "letters.csv"
    table.write_text("id,title\na,\n")
    done = run("check", table, "--annotate", "-")
    assert "a," in done.stdout
    assert "letters.csv" not in done.stdout


def test_what_is_open_already_is_written_into(shelf: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.xml"
    words = command("export", shelf / LETTER.name, "--to", "tei", "-o", "/dev/stdout", "-q")
    with target.open("wb") as file:
        inode = target.stat().st_ino
        subprocess.run(words, stdout=file, check=True)
    assert target.read_bytes().startswith(b"<?xml")
    assert target.stat().st_ino == inode


def test_a_report_is_gone_on_with_after_half_a_line(run: Run, shelf: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.jsonl"
    report.write_text('{"half')
    assert run("verify", shelf, "--report", report).returncode == 0
    half, line = report.read_text().splitlines()
    assert half == '{"half'
    assert json.loads(line)["outcome"]


def test_a_loop_of_links_and_a_folder_are_clear_errors(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    for path in (tmp_path / "one", tmp_path):
        with pytest.raises(StorageError):
            storage.write_output(path, b"x")
    assert (tmp_path / "one").is_symlink()


def test_a_record_that_is_a_link_stays_one(run: Run, letter: Path, tmp_path: Path) -> None:
    real = tmp_path / "real.yaml"
    (letter / "record.yaml").rename(real)
    (letter / "record.yaml").symlink_to(real)
    before = real.read_bytes()
    assert storage.replace_unchanged(letter / "record.yaml", before + b"\n", before)
    assert (letter / "record.yaml").is_symlink()
    assert real.read_bytes() == before + b"\n"


def test_a_folder_of_the_users_is_not_replaced(run: Run, tmp_path: Path) -> None:
    work = tmp_path / "packages" / LETTER.name
    work.mkdir(parents=True)
    (work / "thesis.txt").write_text("years of work")
    done = run("build", LETTER, "--out", work.parent, "--replace")
    assert done.returncode == 5, done.stdout
    assert "is not what this would replace" in done.stderr
    done = run("tables", "export", LETTER, "--out", work, "--replace")
    assert done.returncode == 5, done.stdout
    assert [path.name for path in work.iterdir()] == ["thesis.txt"]


def test_a_link_in_the_place_of_a_package_is_not_replaced(
    run: Run, shelf: Path, tmp_path: Path
) -> None:
    (tmp_path / LETTER.name).symlink_to(shelf / LETTER.name)
    done = run("build", LETTER, "--out", tmp_path, "--replace", "--date", "2026-11-25")
    assert done.returncode == 5, done.stdout
    assert (tmp_path / LETTER.name).is_symlink()
