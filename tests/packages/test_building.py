"""Test that packages are complete and reproducible, and do not overwrite others."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import signal
import subprocess
import time
from datetime import date
from pathlib import Path
from typing import Any

import bagit
import pytest

from archive_pkg import load_record, tables
from archive_pkg.errors import InvalidError, StorageError, UsageError
from archive_pkg.packages import build_package, check, open_package, verify
from archive_pkg.packages.building import check_source
from archive_pkg.storage import Staging
from killing import instants, run_until
from program import PATIENCE, command, run_here, started, wait_until

ID = "1960-07-18-cpsu-to-sed"
ON = date(2026, 11, 24)


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_package_contains_the_unchanged_letter_and_its_description(
    letter: Path, tmp_path: Path
) -> None:
    before = tree(letter)
    built = build_package(letter, tmp_path / "out", on=ON)
    assert built.outcome == "built"
    files = tree(built.path)
    assert files["data/parts/letter-1960-07-18.txt"] == before["letter-1960-07-18.txt"]
    assert tree(letter) == before
    assert {"data/record.json", "data/datapackage.json", "data/README.txt"} <= files.keys()
    assert files["bagit.txt"] == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    info = files["bag-info.txt"].decode()
    assert "Bagging-Date: 2026-11-24\n" in info
    assert f"External-Identifier: {ID}\n" in info
    assert "Source-Organization" not in info
    assert [path.name for path in (tmp_path / "out").iterdir()] == [ID]


def test_standard_tools_accept_a_package(letter: Path, tmp_path: Path) -> None:
    built = build_package(letter, tmp_path / "out", on=ON)
    for manifest in sorted(built.path.glob("*manifest-*.txt")):
        tool = f"{manifest.stem.rpartition('-')[2]}sum"
        subprocess.run(
            [tool, "--strict", "--quiet", "-c", manifest.name], cwd=built.path, check=True
        )
    bagit.Bag(str(built.path)).validate()
    assert verify(built.path, second_opinion=True).ok


def test_frictionless_accepts_the_tables(letter: Path, tmp_path: Path) -> None:
    import frictionless

    built = build_package(letter, tmp_path / "out", on=ON)
    report = frictionless.Package(str(built.path / "data" / "datapackage.json")).validate()
    assert report.valid, report.flatten()
    (reported,) = tables.read_records(built.path / "data" / "datapackage.json")
    assert reported == open_package(built.path).record


def test_the_readme_has_the_licence_and_the_rights_holder(letter: Path, tmp_path: Path) -> None:
    file = letter / "record.yaml"
    more = "rights:\n  licence: CC-BY-4.0\n  holder: cc-sed\n"
    file.write_text(file.read_text("utf-8").replace("rights:\n", more), "utf-8")
    built = build_package(letter, tmp_path / "out", on=ON)
    readme = (built.path / "data" / "README.txt").read_text(encoding="utf-8")
    holder = "Central Committee of the Socialist Unity Party of Germany"
    assert f"no licence. Licence: CC-BY-4.0. Rights holder: {holder}" in readme


def test_the_readme_has_the_commands_to_check_the_package_and_names_parts_not_held(
    letter: Path, tmp_path: Path
) -> None:
    built = build_package(letter, tmp_path / "out", on=ON)
    readme = (built.path / "data" / "README.txt").read_text(encoding="utf-8")
    assert "sha512sum --strict -c manifest-sha512.txt" in readme
    assert "not held" in readme
    assert "Completely Secret" in readme
    assert "Get-FileHash -Algorithm SHA512" in readme
    assert "Package 1960-07-18-cpsu-to-sed, version 1." in readme
    for line in readme.splitlines():
        if line.startswith("  shasum"):
            subprocess.run([*line.split(), "--quiet"], cwd=built.path, check=True)


def test_the_same_input_and_date_give_the_same_bytes(letter: Path, tmp_path: Path) -> None:
    one = build_package(letter, tmp_path / "one", on=ON).path
    time.sleep(0.01)
    other = build_package(letter, tmp_path / "other", on=ON).path
    assert tree(one) == tree(other)


def test_source_date_epoch_sets_the_date(
    letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    built = build_package(letter, tmp_path / "out")
    assert open_package(built.path).packaged_on == "2001-09-09"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(UsageError, match="SOURCE_DATE_EPOCH"):
        build_package(letter, tmp_path / "other")


def test_building_again_on_a_later_day_changes_nothing(letter: Path, tmp_path: Path) -> None:
    built = build_package(letter, tmp_path / "out", on=date(2020, 2, 2))
    stamps = {path: path.stat().st_mtime_ns for path in built.path.rglob("*")}
    assert build_package(letter, tmp_path / "out").outcome == "unchanged"
    assert {path: path.stat().st_mtime_ns for path in built.path.rglob("*")} == stamps


def test_a_package_is_not_dated_before_the_events_of_its_record(
    letter: Path, tmp_path: Path
) -> None:
    build_package(letter, tmp_path / "out", on=date(2020, 2, 2))
    record = letter / "record.yaml"
    event = "  - {id: identified, type: format identification, date: {edtf: 2021-05-05}}\n"
    text = record.read_text(encoding="utf-8").replace("\nevidence:", f"{event}\nevidence:", 1)
    record.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidError, match="on 2020-02-02: it has an event of 2021-05-05"):
        build_package(letter, tmp_path / "out", on=date(2020, 2, 2), replace=True)
    built = build_package(letter, tmp_path / "out", replace=True)
    assert built.outcome == "replaced"
    assert str(open_package(built.path).packaged_on) > "2021-05-05"


def test_a_package_that_differs_is_replaced_only_on_request(letter: Path, tmp_path: Path) -> None:
    built = build_package(letter, tmp_path / "out", on=ON)
    before = tree(built.path)
    record = letter / "record.yaml"
    record.write_text(record.read_text().replace("title: Letter, CC", "title: Brief, CC", 1))
    with pytest.raises(InvalidError) as refusal:
        build_package(letter, tmp_path / "out", on=ON)
    assert {f.code for f in refusal.value.report} == {"package-differs"}
    assert any(f.location.path.endswith("record.json") for f in refusal.value.report)
    assert tree(built.path) == before
    again = build_package(letter, tmp_path / "out", on=ON, replace=True)
    assert again.outcome == "replaced"
    assert "data/record.json" in again.differences
    assert verify(built.path).ok
    assert [path.name for path in (tmp_path / "out").iterdir()] == [ID]


def test_building_over_a_damaged_package_is_refused(letter: Path, tmp_path: Path) -> None:
    built = build_package(letter, tmp_path / "out", on=ON)
    (built.path / "data" / "record.json").write_bytes(b"{}")
    with pytest.raises(InvalidError):
        build_package(letter, tmp_path / "out")


def test_an_invalid_record_is_not_built(letter: Path, tmp_path: Path) -> None:
    (letter / "letter-1960-07-18.txt").unlink()
    with pytest.raises(InvalidError) as refusal:
        build_package(letter, tmp_path / "out", on=ON)
    assert "part-missing" in {finding.code for finding in refusal.value.report}
    assert not list((tmp_path / "out").glob("*")) if (tmp_path / "out").exists() else True


def test_a_text_that_changes_before_it_is_copied_is_not_packaged(
    letter: Path, tmp_path: Path
) -> None:
    checked = check_source(letter)
    text = letter / "letter-1960-07-18.txt"
    text.write_bytes(text.read_bytes().replace(b"1500", b"1600"))
    (tmp_path / "staged").mkdir()
    with pytest.raises(InvalidError) as raised:
        checked.write(tmp_path / "staged", ON)
    assert "part-changed" in {finding.code for finding in raised.value.report.errors}


def test_building_into_the_records_own_folder_is_refused(letter: Path) -> None:
    with pytest.raises(UsageError, match="only read"):
        build_package(letter, letter / "packages", on=ON)


def test_a_build_is_refused_while_another_holds_the_lock(letter: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    with Staging(out / ID), pytest.raises(StorageError, match=str(os.getpid())):
        build_package(letter, out, on=ON)
    assert build_package(letter, out, on=ON).outcome == "built"


def test_a_full_disk_leaves_no_files(letter: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    done = subprocess.run(
        command("build", letter, "--out", out),
        preexec_fn=limit,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},  # half a module would stay
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 5, done.stderr
    assert "Traceback" not in done.stderr
    assert not [path for path in out.rglob("*") if path.is_file()]


def test_replacing_a_package_lists_added_changed_and_removed_files(
    letter: Path, tmp_path: Path
) -> None:
    assert run_here("build", letter, "--out", tmp_path, "--quiet").returncode == 0
    fewer = ("build", letter, "--out", tmp_path, "--metadata", "page")
    refused = run_here(*fewer).stdout
    assert "metadata/tei.xml\n         is not in the new package [package-differs]" in refused
    replaced = run_here(*fewer, "--replace").stdout.splitlines()
    assert {"  removed: metadata/tei.xml", "  changed: bag-info.txt"} <= {*replaced}
    refused = run_here("build", letter, "--out", tmp_path, "--quiet").stdout
    assert "metadata/tei.xml\n         is only in the new package [package-differs]" in refused
    replaced = run_here("build", letter, "--out", tmp_path, "--replace").stdout.splitlines()
    assert "  added: metadata/tei.xml" in replaced


@pytest.mark.slow
def test_a_kill_at_any_moment_leaves_no_package_or_a_complete_one(
    letter: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    before = tree(letter)

    def work() -> None:
        build_package(letter, out, on=None)

    for instant in instants(work, 6, 8):
        shutil.rmtree(out)
        run_until(instant, work)
        assert tree(letter) == before
        if (out / ID).exists():
            assert verify(out / ID).ok
        assert build_package(letter, out, on=None).outcome in ("built", "unchanged")
        assert verify(out / ID).ok
        assert [path.name for path in out.iterdir()] == [ID]


def test_ctrl_c_leaves_no_files(letter: Path, tmp_path: Path) -> None:
    big = letter / "scan.tif"
    with big.open("wb") as file:
        file.truncate(1 << 28)
    record = letter / "record.yaml"
    text = record.read_text(encoding="utf-8")
    record.write_text(
        text.replace(
            "parts:\n",
            "parts:\n  - {id: scan, kind: scan, file: scan.tif, media_type: image/tiff}\n",
            1,
        ),
        encoding="utf-8",
    )
    out = tmp_path / "out"
    with started(command("build", letter, "--out", out)) as run:
        wait_until(lambda: list(out.glob(f".{ID}*/*")), run)
        run.send_signal(signal.SIGINT)
        _, said = run.communicate(timeout=PATIENCE)
    assert run.returncode == 130, said
    assert "interrupted" in said
    assert list(out.iterdir()) == []


def test_a_loaded_record_with_files_gives_the_same_package_as_its_folder(
    letter: Path, built: Path, tmp_path: Path
) -> None:
    record, name = load_record(letter), "letter-1960-07-18.txt"
    lists = ("manifest-sha512.txt", "tagmanifest-sha512.txt")
    given: list[Any] = [letter, {name: letter / name}, {name: (letter / name).read_bytes()}]
    for number, files in enumerate(given):
        assert check(record, files).ok
        made = build_package(record, tmp_path / str(number), files=files, on=ON).path
        assert [(made / each).read_bytes() for each in lists] == [
            (built / each).read_bytes() for each in lists
        ]
        assert made.stat().st_mode == built.stat().st_mode


def test_given_files_that_do_not_fit_the_record_are_refused(letter: Path, tmp_path: Path) -> None:
    record, name = load_record(letter), "letter-1960-07-18.txt"
    with pytest.raises(InvalidError) as caught:
        build_package(record, tmp_path / "out", files={name: b"other"})
    assert {"part-changed", "quote-moved"} <= {each.code for each in caught.value.report}
    with pytest.raises(InvalidError, match="was not built"):
        build_package(record, tmp_path / "out")
    with pytest.raises(UsageError, match="no part of"):
        build_package(record, tmp_path / "out", files={"../x": b""})
    with pytest.raises(UsageError, match="needs a Record"):
        build_package(letter, tmp_path / "out", files={name: b""})
    with pytest.raises(StorageError):
        build_package(record, tmp_path / "out", files={name: tmp_path})
    assert not list((tmp_path / "out").glob("*"))


def test_a_text_of_20_mb_is_built(letter: Path, tmp_path: Path) -> None:
    text = letter / "letter-1960-07-18.txt"
    data = text.read_bytes()
    with text.open("ab") as file:
        for _ in range(20):
            file.write(b"\n" * (1 << 20))
    digest = hashlib.sha256(text.read_bytes()).hexdigest()
    record = letter / "record.yaml"
    yaml = record.read_text(encoding="utf-8")
    old = hashlib.sha256(data).hexdigest()
    record.write_text(yaml.replace(old, digest), encoding="utf-8")
    assert check(letter).ok
    built = build_package(letter, tmp_path / "out", on=ON)
    shutil.rmtree(built.path)


def test_record_json_contains_the_events_of_packaging(letter: Path, tmp_path: Path) -> None:
    built = build_package(letter, tmp_path / "out", on=ON)
    reported = json.loads((built.path / "data" / "record.json").read_bytes())
    assert [event["type"] for event in reported["events"]][:2] == ["creation", "translation"]
    packing = reported["events"][-2]
    assert packing["type"] == "packing"
    digest = hashlib.sha256((letter / "letter-1960-07-18.txt").read_bytes()).hexdigest()
    assert packing["inputs"] == packing["outputs"] == [f"sha256:{digest}"]
    steps = [event["type"] for event in reported["events"][2:]]
    assert steps == [
        "ingestion",
        "validation",
        "message digest calculation",
        "packing",
        "validation",
    ]
    assert packing["date"] == {"edtf": "2026-11-24"}
    assert packing["agents"] == ["archive-pkg"]
