"""Outputs follow links, write to pipes and devices, and print for `-`."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import tempfile
import threading
from datetime import date
from pathlib import Path

import pytest

from archive_pkg import cli, storage
from archive_pkg.errors import StorageError
from archive_pkg.packages import build_package, verify
from program import Run, command

LETTER = Path(__file__).parents[1] / "records" / "1960-07-18-cpsu-to-sed"


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("collection")
    build_package(LETTER, folder, on=date(2026, 11, 24))
    assert cli.run(["audit", "run", str(folder), "-q"]) == 0
    return folder


def command_lines(collection: Path, out: Path) -> dict[str, list[object]]:
    package = collection / LETTER.name
    return {
        "page": ["page", package, "-o", out],
        "export": ["export", package, "--to", "tei", "-o", out],
        "stats": ["stats", collection, "--refresh", "--html", out],
        "report as a page": ["audit", "report", collection, "--html", out],
        "report as a table": ["audit", "report", collection, "--csv", out],
        "figures": ["audit", "report", collection, "--metrics", out],
        "figures of a run": ["audit", "run", collection, "--metrics", out],
        "report of a run": ["verify", collection, "--report", out],
        "picture": ["show", package, "--picture", out],
        "tables": ["tables", "export", package, "--out", out, "--replace"],
        "template": ["tables", "template", out, "--replace"],
    }


NAMES = list(command_lines(Path(), Path()))


@pytest.mark.parametrize("name", NAMES)
def test_a_device_is_written_to_and_not_replaced(
    run: Run, collection: Path, tmp_path: Path, name: str
) -> None:
    device = tmp_path / "null"
    try:
        os.mknod(device, stat.S_IFCHR | 0o666, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("only root can make devices")
    done = run(*command_lines(collection, device)[name])
    assert done.returncode == 0, done.stderr
    assert stat.S_ISCHR(device.lstat().st_mode)


@pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="there is no /dev/shm")
def test_a_package_below_dev_is_not_a_device(run: Run, collection: Path) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        package = Path(shutil.copytree(collection / LETTER.name, Path(folder, LETTER.name)))
        assert run("page", package, "-o", package / "new.html").returncode == 2
        assert verify(package).ok


@pytest.mark.parametrize("name", NAMES)
def test_an_output_is_written_to_a_pipe(
    run: Run, collection: Path, tmp_path: Path, name: str
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    done = run(*command_lines(collection, pipe)[name])
    reader.join(30)
    assert done.returncode == 0, done.stderr
    assert got
    assert got[0]
    assert stat.S_ISFIFO(pipe.lstat().st_mode)


@pytest.mark.parametrize("name", NAMES)
def test_an_output_replaces_the_target_of_a_link(
    run: Run, collection: Path, tmp_path: Path, name: str
) -> None:
    ending = ".svg" if name == "picture" else ".xlsx"
    real, link = tmp_path / f"real{ending}", tmp_path / f"link{ending}"
    real.write_bytes(b"")
    link.symlink_to(real.name)
    done = run(*command_lines(collection, link)[name])
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
def test_a_dash_writes_only_the_file_to_standard_output(
    run: Run, collection: Path, name: str
) -> None:
    done = run(*command_lines(collection, Path("-"))[name])
    assert done.returncode == 0, done.stderr
    assert done.stdout.lstrip().lower().startswith(STARTS[name])
    assert not Path("-").exists()


@pytest.mark.parametrize(
    ("name", "start"), [("report of a run", b'{"run"'), ("tables", b"PK"), ("template", b"PK")]
)
def test_reports_and_workbooks_can_be_written_to_standard_output(
    capfdbinary: pytest.CaptureFixture[bytes], collection: Path, name: str, start: bytes
) -> None:
    assert cli.run([str(word) for word in command_lines(collection, Path("-"))[name]]) == 0
    assert capfdbinary.readouterr().out.startswith(start)


def test_only_one_document_can_be_written_to_standard_output(run: Run, collection: Path) -> None:
    assert run("page", collection / LETTER.name, "-o", "-", "--json").returncode == 2
    assert run("audit", "report", collection, "--html", "-", "--csv", "-").returncode == 2
    assert run("site", collection, "-o", "-").returncode == 2
    assert not Path("-").exists()


def test_an_annotated_table_goes_to_standard_output(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "letters.csv"
    table.write_text("id,title\na,\n")
    done = run("check", table, "--annotate", "-")
    assert "a," in done.stdout
    assert "letters.csv" not in done.stdout


def test_an_open_descriptor_is_written_to(collection: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.xml"
    words = command("export", collection / LETTER.name, "--to", "tei", "-o", "/dev/stdout", "-q")
    with target.open("wb") as file:
        inode = target.stat().st_ino
        subprocess.run(words, stdout=file, check=True)
    assert target.read_bytes().startswith(b"<?xml")
    assert target.stat().st_ino == inode


def test_a_report_that_ends_in_half_a_line_is_continued_on_a_new_line(
    run: Run, collection: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report.jsonl"
    report.write_text('{"half')
    assert run("verify", collection, "--report", report).returncode == 0
    half, line = report.read_text().splitlines()
    assert half == '{"half'
    assert json.loads(line)["outcome"]


def test_writing_to_a_folder_or_a_loop_of_links_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    for path in (tmp_path / "one", tmp_path):
        with pytest.raises(StorageError):
            storage.write_output(path, b"x")
    assert (tmp_path / "one").is_symlink()


def test_saving_a_record_keeps_a_link(run: Run, letter: Path, tmp_path: Path) -> None:
    real = tmp_path / "real.yaml"
    (letter / "record.yaml").rename(real)
    (letter / "record.yaml").symlink_to(real)
    before = real.read_bytes()
    assert storage.replace_if_unchanged(letter / "record.yaml", before + b"\n", before)
    assert (letter / "record.yaml").is_symlink()
    assert real.read_bytes() == before + b"\n"


def test_a_users_folder_is_not_replaced(run: Run, tmp_path: Path) -> None:
    work = tmp_path / "packages" / LETTER.name
    work.mkdir(parents=True)
    (work / "thesis.txt").write_text("years of work")
    done = run("build", LETTER, "--out", work.parent, "--replace")
    assert done.returncode == 5, done.stdout
    assert "is of a different kind than the new" in done.stderr
    done = run("tables", "export", LETTER, "--out", work, "--replace")
    assert done.returncode == 5, done.stdout
    assert [path.name for path in work.iterdir()] == ["thesis.txt"]


def test_a_link_with_the_name_of_a_package_is_not_replaced(
    run: Run, collection: Path, tmp_path: Path
) -> None:
    (tmp_path / LETTER.name).symlink_to(collection / LETTER.name)
    done = run("build", LETTER, "--out", tmp_path, "--replace", "--date", "2026-11-25")
    assert done.returncode == 5, done.stdout
    assert (tmp_path / LETTER.name).is_symlink()


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    shutil.copytree(LETTER, tmp_path / "letter")
    return tmp_path / "letter"


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("own", ["record.yaml", "letter-1960-07-18.txt"])
@pytest.mark.parametrize("name", ["page", "export", "picture", "check", "tables", "template"])
def test_an_output_cannot_replace_a_letters_own_file(
    run: Run, letter: Path, name: str, own: str
) -> None:
    before, out = contents(letter), letter / own
    done = run(
        *{
            "page": ["page", letter, "-o", out],
            "export": ["export", letter, "--to", "tei", "-o", out],
            "picture": ["show", letter, "--picture", out],
            "check": ["check", letter, "--report", out],
            "tables": ["tables", "export", letter, "--out", out, "--replace"],
            "template": ["tables", "template", out, "--replace"],
        }[name]
    )
    assert done.returncode == 2, done.stderr
    assert str(out) in done.stderr
    assert contents(letter) == before


@pytest.mark.parametrize("inside", ["data/README.txt", "new.svg"])
@pytest.mark.parametrize("name", NAMES)
def test_an_output_cannot_be_written_into_a_package(
    run: Run, collection: Path, name: str, inside: str
) -> None:
    package = collection / LETTER.name
    before = contents(package)
    done = run(*command_lines(collection, package / inside)[name])
    assert done.returncode == 2, done.stderr
    assert "inside the package" in done.stderr
    assert contents(package) == before


@pytest.mark.parametrize("words", [["site"], ["export", "--to", "tei"]])
def test_a_folder_of_outputs_cannot_be_made_in_a_package(
    run: Run, collection: Path, words: list[str]
) -> None:
    option = "-o" if words == ["site"] else "--each"
    done = run(*words, collection, option, collection / LETTER.name / "data" / "more")
    assert done.returncode == 2, done.stderr
    assert not (collection / LETTER.name / "data/more").exists()


def test_an_output_cannot_replace_a_file_of_the_collections_state(
    run: Run, collection: Path
) -> None:
    ledger = collection / ".archive-pkg" / "ledger.jsonl"
    before = ledger.read_bytes()
    assert run("verify", collection, "--report", ledger).returncode == 2
    assert ledger.read_bytes() == before


def test_a_table_is_not_replaced_by_its_annotated_copy(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "letters.csv"
    table.write_text("id,title\n1,One\n")
    assert run("check", table, "--annotate", table, "--replace").returncode == 2
    assert run("tables", "map", table, "-o", table, "--replace").returncode == 2
    assert table.read_text() == "id,title\n1,One\n"


def test_lines_are_appended_only_to_reports(run: Run, collection: Path, tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("Dear Comrades")
    assert run("verify", collection, "--report", notes).returncode == 2
    assert notes.read_text() == "Dear Comrades"


def test_an_output_next_to_a_record_can_be_replaced(run: Run, letter: Path) -> None:
    for _ in range(2):
        assert run("page", letter, "-o", letter / "page.html").returncode == 0
        assert run("check", letter, "--report", letter / "check.jsonl").returncode == 0


def internal(letter: Path, out: Path) -> dict[str, list[object]]:
    audience = ["--audience", "internal"]
    return {
        "page": ["page", letter, "-o", out / "a", *audience],
        "export": ["export", letter, "--to", "tei", "-o", out / "a", *audience],
        "each": ["export", letter, "--to", "tei", "--each", out / "each", *audience],
        "tables": ["tables", "export", letter, "--out", out / "tables", "--replace", *audience],
        "workbook": ["tables", "export", letter, "--out", out / "a.xlsx", "--replace", *audience],
        "picture": ["show", letter, "--picture", out / "a.svg"],
        "report": ["check", letter, "--report", out / "a"],
    }


@pytest.mark.parametrize("name", list(internal(Path(), Path())))
@pytest.mark.parametrize("closed", [".", "letter-1960-07-18.txt"])
def test_internal_outputs_have_no_wider_permissions_than_their_source(
    run: Run, letter: Path, tmp_path: Path, name: str, closed: str
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (letter / closed).chmod(0o700 if closed == "." else 0o640)
    words = internal(letter, out)[name]
    for _ in range(2):  # a new file, then an existing file with wide permissions
        done = run(*words)
        assert done.returncode == 0, done.stderr
        (made,) = out.iterdir()
        assert made.stat().st_mode & (0o077 if closed == "." else 0o007) == 0
        if made.is_file():
            made.chmod(0o666)


def test_public_outputs_follow_the_umask(run: Run, letter: Path, tmp_path: Path) -> None:
    letter.chmod(0o700)
    assert run("page", letter, "-o", tmp_path / "a.html").returncode == 0
    assert (tmp_path / "a.html").stat().st_mode & 0o777 == storage.mode_under_umask(0o666)


def test_no_output_is_writable_for_all_users(tmp_path: Path) -> None:
    collection = tmp_path / "collection"
    for words in (
        ["build", LETTER, "--out", collection],
        ["find", collection, "letter"],
        ["audit", "run", collection, "--due", "0"],
    ):
        done = subprocess.run(command(*words), capture_output=True, umask=0, check=False)
        assert done.returncode == 0, done.stderr
    assert not [
        path for path in (collection, *collection.rglob("*")) if path.stat().st_mode & stat.S_IWOTH
    ]


def test_state_is_never_writable_for_all_users(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        made = storage.state_folder(tmp_path, "state/inner/last", 0o750)
        modes = [each.stat().st_mode & 0o777 for each in (made, *made.parents[:2])]
        assert modes == [0o750, 0o775, 0o775]
    finally:
        os.umask(before)
