"""No output replaces what a command reads, a letter's files, a package or the program's state."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archive_pkg.errors import UsageError
from archive_pkg.packages.output_protection import refuse_in_package, refuse_output, source_mode
from program import Run


def letter(folder: Path, name: str = "record.json") -> Path:
    """Make the folder of a letter with one part, and two files that do not belong to it."""
    folder.mkdir(parents=True)
    part = {"id": "p", "kind": "original", "file": "texts/a.txt"}
    data = {"id": "x", "type": "letter", "title": "X", "parts": [part]}
    (folder / name).write_text(json.dumps(data))
    (folder / "texts").mkdir()
    for file in ("texts/a.txt", "texts/other.txt", "other.txt"):
        (folder / file).write_text("X")
    return folder


def refused(out: Path, *subjects: Path) -> str:
    with pytest.raises(UsageError) as caught:
        refuse_output(out, subjects)
    assert caught.value.hint == "Choose another place."
    return str(caught.value).partition("\n")[0]


@pytest.mark.parametrize("name", ["record.json", "record.yaml"])
def test_the_files_of_a_letter_cannot_be_outputs(tmp_path: Path, name: str) -> None:
    folder = letter(tmp_path / "x", name)
    (tmp_path / "link").symlink_to(folder / "texts/a.txt")
    for file in (folder / name, folder / "texts/a.txt", folder / "texts/../texts/a.txt"):
        assert refused(file) == f"{file} belongs to the document in {folder}"
    assert "belongs to the document" in refused(tmp_path / "link")
    for other in ("texts/other.txt", "other.txt", "new.txt", "texts/new.txt"):
        refuse_output(folder / other)


def test_only_the_record_is_protected_if_it_cannot_be_read(tmp_path: Path) -> None:
    folder = letter(tmp_path / "x")
    (folder / "record.json").write_text("{")
    refuse_output(folder / "texts/a.txt")
    assert "belongs to the document" in refused(folder / "record.json")


def test_files_in_a_folder_open_to_all_users_are_not_protected(tmp_path: Path) -> None:
    folder = letter(tmp_path / "x")
    folder.chmod(0o777)
    refuse_output(folder / "texts/a.txt")
    folder.chmod(0o775)
    assert refused(folder / "texts/a.txt")


def test_a_file_that_the_command_reads_cannot_be_an_output(tmp_path: Path) -> None:
    subject, other = tmp_path / "a.txt", tmp_path / "b.txt"
    for file in (subject, other):
        file.write_text("X")
    (tmp_path / "link").symlink_to(subject)
    for out in (subject, tmp_path / "link"):
        assert refused(out, other, subject) == f"{out} is an input of this command"
    assert refused(subject, tmp_path / "link")
    refuse_output(other, [subject])
    refuse_output(tmp_path / "absent", [tmp_path / "absent"])


@pytest.mark.parametrize("place", [".archive-pkg/x", "x.receipts/y", "a/.archive-pkg/b/x"])
def test_outputs_cannot_be_written_into_folders_of_this_program(tmp_path: Path, place: str) -> None:
    out = tmp_path / place
    assert refused(out) == f"{out} is in a folder that the program uses itself"
    out.parent.mkdir(parents=True)
    (tmp_path / "link").symlink_to(out.parent)
    assert refused(tmp_path / "link" / "new")


@pytest.mark.parametrize("place", ["archive-pkg/x", ".archive-pkg", "a.receipts", "receipts/x"])
def test_similar_names_are_allowed_as_outputs(tmp_path: Path, place: str) -> None:
    refuse_output(tmp_path / place)


def test_devices_and_open_descriptors_are_allowed_as_outputs(tmp_path: Path) -> None:
    for name in ("/dev/null", "/dev/stdout", "/proc/self/fd/1"):
        refuse_output(Path(name), [Path(name)])
    with (letter(tmp_path / "x") / "record.json").open("rb") as stream:
        for name in (f"/dev/fd/{stream.fileno()}", f"/proc/self/fd/{stream.fileno()}"):
            refuse_output(Path(name), [Path(name)])


def test_outputs_cannot_be_written_into_a_package(tmp_path: Path) -> None:
    package = tmp_path / "package"
    (package / "data/parts").mkdir(parents=True)
    refuse_in_package(package / "new")
    (package / "bagit.txt").write_text("")
    for out in (package / "new", package / "data/parts/new", package / "absent/folder/new"):
        with pytest.raises(UsageError, match="is inside the package") as caught:
            refuse_in_package(out)
        assert f"{out} is inside the package {package}\n" in str(caught.value)
        assert "inside the package" in refused(out)
    (tmp_path / "link").symlink_to(package)
    assert "inside the package" in refused(tmp_path / "link" / "new")
    refuse_output(package)
    (package / "data").rename(package / "other")
    refuse_in_package(package / "new")
    (package / "data").write_text("")
    refuse_in_package(package / "new")


def test_an_output_gets_the_narrowest_permissions_of_its_sources(tmp_path: Path) -> None:
    folder = letter(tmp_path / "x")
    tmp_path.chmod(0o755)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    assert source_mode(folder) == 0o777
    closed = folder / "texts/other.txt"
    for mode, widest in ((0o600, 0o700), (0o640, 0o770)):
        closed.chmod(mode)
        assert source_mode(folder) == source_mode(folder / "record.json") == widest
        assert source_mode(folder / "texts/a.txt") == 0o777
        assert source_mode(tmp_path / "absent", folder / "texts/a.txt", folder) == widest
    closed.chmod(0o644)
    (folder / "texts").chmod(0o700)
    assert source_mode(folder / "texts/a.txt") == 0o700
    (folder / "texts").chmod(0o755)
    (tmp_path / "secret").write_text("")
    (tmp_path / "secret").chmod(0o600)
    (folder / "link").symlink_to(tmp_path / "secret")
    assert source_mode(folder) == 0o777


@pytest.mark.parametrize("inside", ["", "out", "out/deeper"])
@pytest.mark.parametrize("jobs", [[], ["--jobs", "1"]])
def test_no_package_is_built_in_a_record_folder(
    inside: str, jobs: list[str], tmp_path: Path, run: Run
) -> None:
    folder = letter(tmp_path / "letters" / "x")
    before = sorted(folder.rglob("*"))
    done = run("build", tmp_path / "letters", "--out", folder / inside, *jobs)
    assert done.returncode == 2
    where = f"is inside the record's folder {folder}" if inside else "is the folder of a record"
    assert where in done.stderr
    assert sorted(folder.rglob("*")) == before
