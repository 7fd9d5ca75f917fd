"""Which project file a command uses, and how `show --settings` describes it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from archive_pkg.projects import find_project
from program import Disk, Run


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project file two folders above the working folder."""
    monkeypatch.delenv("ARCHIVE_PKG_PROJECT")
    (tmp_path / "archive-pkg.toml").write_text("licence = 'CC0-1.0'\n")
    (tmp_path / "a/b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a/b")
    return tmp_path


def settings(run: Run, *words: object) -> dict[str, Any]:
    done = run("show", "--settings", "--json", *words)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)["results"][0]
    return result


def test_init_writes_a_project_file_and_replaces_it_only_on_request(
    run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "new" / "archive-pkg.toml"
    assert run("init", file.parent).returncode == 0
    file.write_text("licence = 'CC0-1.0'\n")
    done = run("init", file.parent)
    assert done.returncode == 5
    assert "already exists" in done.stderr
    assert file.read_text() == "licence = 'CC0-1.0'\n"
    assert run("init", file.parent, "--replace").returncode == 0
    assert file.read_text().startswith("#:schema .schemas/project.schema.json\n## The settings of")


def test_a_draft_in_a_project_names_the_schema_to_editors(run: Run, tmp_path: Path) -> None:
    home = tmp_path / "home"
    run("init", home)
    letter = tmp_path / "letter.txt"
    letter.write_text("Berlin, 4 March 1961\n\nDear Anna,\n\nThe books came.\n\nYours, Karl Frei\n")
    project = ("--project", home / "archive-pkg.toml")
    for out in (home / "a/drafts", tmp_path / "elsewhere"):
        assert run("draft", letter, "--out", out, *project).returncode == 0
    [record] = (home / "a/drafts").glob("*/record.yaml")
    line, _, rest = record.read_text().partition("\n")
    named = record.parent / line.removeprefix("# yaml-language-server: $schema=")
    schema = json.loads(named.read_text())
    data = YAML(typ="safe", pure=True).load(record.read_text())
    jsonschema.Draft202012Validator(schema).validate(data)
    assert [one.read_text() for one in (tmp_path / "elsewhere").glob("*/record.yaml")] == [rest]
    named.write_text("old")
    file = (home / "archive-pkg.toml").read_bytes()
    assert run("init", home, "--schemas").returncode == 0
    assert json.loads(named.read_text()) == schema
    assert (home / "archive-pkg.toml").read_bytes() == file


def test_init_refuses_a_folder_in_which_settings_are_not_used(run: Run, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    done = run("init", tmp_path)
    assert done.returncode == 5
    assert "every user of the machine can write to it" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_init_writes_nothing_into_a_package(run: Run, package: Path) -> None:
    assert run("init", package).returncode == 2
    assert not (package / "archive-pkg.toml").exists()


def test_show_settings_says_where_each_value_comes_from(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    found = settings(run)
    assert found["path"] == str(project / "archive-pkg.toml")
    assert found["chosen_by"] == "found upwards from the working folder"
    values = found["settings"]
    assert values["licence"] == {"value": "CC0-1.0", "from": "project file, line 1"}
    assert values["packages.metadata"]["from"] == "default"
    assert values["SOURCE_DATE_EPOCH"] == {"value": "0", "from": "environment"}
    assert 'licence = "CC0-1.0" (project file, line 1)' in run("show", "--settings").stdout


def test_options_override_the_environment_and_the_environment_overrides_the_folder(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = project / "other.toml"
    other.write_text("")
    assert settings(run, "--no-project")["path"] == "no project file"
    assert settings(run, "--project", other)["path"] == str(other)
    assert settings(run, f"--project={project}")["path"] == str(project / "archive-pkg.toml")
    monkeypatch.setenv("ARCHIVE_PKG_PROJECT", str(other))
    assert settings(run)["chosen_by"] == "environment ARCHIVE_PKG_PROJECT"
    monkeypatch.setenv("ARCHIVE_PKG_PROJECT", "")
    assert settings(run)["path"] == "no project file"


def test_a_command_that_uses_no_settings_does_not_read_the_project_file(
    run: Run, project: Path, package: Path
) -> None:
    (project / "archive-pkg.toml").write_text("wrong")
    assert run("verify", package).returncode == 0
    done = run("show", "--settings")
    assert done.returncode == 3
    assert "archive-pkg.toml:1\n" in done.stdout
    assert "--no-project" in done.stderr


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["--project", "missing.toml"], 2),
        (["--project", ".", "--no-project"], 2),
        (["--project"], 2),
        (["--project", "/dev/null"], 5),
    ],
)
def test_verify_reports_a_project_option_that_cannot_be_used(
    run: Run, package: Path, words: list[str], status: int
) -> None:
    assert run("verify", package, *words).returncode == status


def test_show_needs_either_a_path_or_settings(run: Run, letter: Path) -> None:
    assert run("show").returncode == 2
    assert run("show", letter, "--settings").returncode == 2


def test_faults_of_a_project_file_are_in_the_json_of_a_build(
    run: Run, project: Path, letter: Path
) -> None:
    (project / "archive-pkg.toml").write_text("publishr = 'x'")
    done = run("build", letter, "--out", project / "out", "--json")
    assert done.returncode == 3
    [finding] = json.loads(done.stdout)["findings"]
    assert finding["location"]["line"] == 1
    assert not (project / "out").exists()


def test_a_working_folder_that_no_longer_exists_has_no_project(tmp_path: Path) -> None:
    assert find_project(tmp_path / "gone") is None


def test_the_nearest_project_is_used(project: Path) -> None:
    assert find_project(Path()) == project / "archive-pkg.toml"
    (project / "a" / "archive-pkg.toml").touch()
    assert find_project(Path()) == project / "a" / "archive-pkg.toml"


def test_the_search_ends_at_the_home_folder(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(project / "a"))
    assert find_project(Path()) is None
    monkeypatch.setenv("HOME", str(project))
    assert find_project(Path()) is not None


def test_the_search_ends_before_a_folder_that_everyone_can_write_to(project: Path) -> None:
    (project / "a").chmod(0o1777)
    assert find_project(Path()) is None


def test_the_search_stays_in_one_file_system(disk: Disk, tmp_path: Path) -> None:
    (tmp_path / "archive-pkg.toml").touch()
    assert find_project(disk("size=1m")) is None


@pytest.mark.parametrize("which", ["file", "folder"])
def test_settings_that_everyone_can_change_are_refused(
    run: Run, tmp_path: Path, which: str
) -> None:
    file = tmp_path / "archive-pkg.toml"
    file.touch()
    (file if which == "file" else tmp_path).chmod(0o777)
    done = run("show", "--settings", "--project", file)
    assert done.returncode == 5
    assert "every user of the machine can write to it" in done.stderr
    assert f"chmod o-w {file if which == 'file' else tmp_path}" in done.stderr


def test_a_link_with_the_name_of_the_project_file_is_not_followed(run: Run, project: Path) -> None:
    (project / "archive-pkg.toml").rename(project / "elsewhere.toml")
    (project / "archive-pkg.toml").symlink_to("elsewhere.toml")
    done = run("show", "--settings")
    assert done.returncode == 5
    assert "link" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("which", ["file", "folder"])
def test_a_project_file_of_another_user_is_used_only_if_it_is_named(
    run: Run, project: Path, which: str
) -> None:
    file = project / "archive-pkg.toml"
    os.chown(file if which == "file" else project, 12345, -1)
    done = run("show", "--settings")
    assert done.returncode == 5
    assert "belongs to another user" in done.stderr
    assert f"--project {file}" in done.stderr
    assert run("show", "--settings", "--project", file).returncode == 0
