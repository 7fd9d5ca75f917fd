"""Another user of the machine prepares or exchanges files in folders that both can write to."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from program import PATIENCE

if TYPE_CHECKING:
    from security.conftest import Machine

LETTER = Path(__file__).parents[2] / "records" / "1960-07-18-cpsu-to-sed"
KEEP = "years of work\n"


@pytest.fixture
def package(machine: Machine, built: Path) -> Path:
    """The user's package, and the user's own work next to it."""
    work = machine.user.home / "work"
    work.mkdir()
    for name in ("thesis.txt", "bagit.txt", "record.json"):
        (work / name).write_text(KEEP)
    shutil.copytree(built, machine.user.home / built.name)
    machine.user.owns(work, machine.user.home / built.name)
    return machine.user.home / built.name


def assert_untouched(machine: Machine) -> None:
    work = machine.user.home / "work"
    assert {path.name: path.read_text() for path in work.iterdir()} == dict.fromkeys(
        ("thesis.txt", "bagit.txt", "record.json"), KEEP
    )


EXCHANGE = """
import os, sys, time
folder, work, hidden = sys.argv[1:]
print("ready", flush=True)
until = time.monotonic() + 300
number = 0
while time.monotonic() < until and not os.path.exists(folder + "/stop"):
    for name in os.listdir(folder):
        if name.startswith(hidden) and not os.path.islink(f"{folder}/{name}"):
            number += 1
            try:
                os.rename(f"{folder}/{name}", f"{folder}/taken-{number}")
                os.symlink(work, f"{folder}/{name}")
            except OSError:
                pass
    time.sleep(0.0005)
"""
"""Exchanges whatever appears under a hidden name for a link to the user's work."""


@dataclass
class StrangersProgram:
    """The output of a program of the stranger."""

    said: str = ""


@contextmanager
def strangers_program(machine: Machine, code: str, *words: object) -> Iterator[StrangersProgram]:
    """Run a program of the stranger during a block; it ends when a file `stop` exists."""
    outcome = StrangersProgram()
    with machine.stranger.start("-c", code, *words) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield outcome
        finally:
            (machine.shared / "stop").touch()
            outcome.said, complaint = process.communicate(timeout=PATIENCE)
    assert complaint == ""
    outcome.said = outcome.said.strip()


@pytest.mark.parametrize("place", ["file", "ocfl"])
def test_a_deposit_stays_in_its_folder_while_another_user_exchanges_folders_for_links(
    machine: Machine, package: Path, place: str
) -> None:
    machine.shared.chmod(0o777)
    target = machine.shared if place == "file" else machine.shared / "root"
    with strangers_program(machine, EXCHANGE, machine.shared, machine.user.home / "work", "."):
        done = machine.user.run("deposit", package, "--to", f"{place}:{target}")
    assert done.returncode in (0, 4, 5), done.stderr
    assert_untouched(machine)
    if done.returncode == 0:
        assert not (machine.shared / package.name).is_symlink()


COMMAND_LINES = """
import json, sys
from archive_pkg import cli
print(json.dumps([cli.run(words) for words in json.loads(sys.argv[1])]))
"""


def test_commands_refuse_to_write_where_every_user_could_replace_the_result(
    machine: Machine, package: Path
) -> None:
    out = machine.shared / "below"
    source = machine.user.home / "letters" / LETTER.name
    shutil.copytree(LETTER, source)
    shutil.copytree(LETTER, out / "bag")
    machine.user.owns(source.parent, out)
    machine.shared.chmod(0o777)
    lines = [
        ("build", source, "--out", out),
        ("bag", "create", source, out / "new"),
        ("bag", "create", "--in-place", out / "bag"),
        ("tables", "export", source, "--out", out / "tables"),
        ("site", machine.user.home, "-o", out / "site"),
        ("draft", source / "letter-1960-07-18.txt", "--out", out),
    ]
    words = json.dumps([[str(word) for word in line] for line in lines])
    with machine.user.start("-c", COMMAND_LINES, words) as process:
        said, refusals = process.communicate(timeout=PATIENCE)
    assert json.loads(said.splitlines()[-1]) == [5] * len(lines), refusals
    refusal = f"{machine.shared}: every user of the machine can replace"
    assert refusals.count(refusal) == refusals.count(f"chmod o-w {machine.shared}") == len(lines)
    assert [path.name for path in out.iterdir()] == ["bag"]
    assert sorted(path.name for path in (out / "bag").iterdir()) == sorted(
        path.name for path in LETTER.iterdir()
    )


def test_a_folder_that_only_a_group_can_write_to_is_accepted(
    machine: Machine, package: Path
) -> None:
    machine.shared.chmod(0o2775)
    os.chown(machine.shared, -1, machine.user.uid)
    done = machine.user.run("bag", "pack", package, machine.shared / "letter.zip")
    assert done.returncode == 0, done.stderr


def test_a_deposit_does_not_use_files_that_another_user_has_prepared(
    machine: Machine, package: Path
) -> None:
    machine.shared.chmod(0o777)
    machine.stranger.python(
        "import os, sys; os.symlink(sys.argv[1], sys.argv[2])",
        machine.user.home / "work",
        machine.shared / f".{package.name}.{'0' * 12}.part",
    )
    done = machine.user.run("deposit", package, "--to", f"file:{machine.shared}")
    assert done.returncode == 0, done.stderr
    assert_untouched(machine)
    assert (machine.shared / package.name).stat().st_uid == machine.user.uid


def test_a_link_to_the_package_does_not_count_as_an_earlier_deposit(
    machine: Machine, package: Path
) -> None:
    machine.stranger.python(
        "import os, sys; os.symlink(sys.argv[1], sys.argv[2])",
        package,
        machine.shared / package.name,
    )
    done = machine.user.run("deposit", package, "--to", f"file:{machine.shared}")
    assert done.returncode == 4, done.stderr
    assert "already has a different" in done.stderr


def test_folders_that_another_user_prepared_next_to_an_ocfl_root_are_not_used(
    machine: Machine, package: Path
) -> None:
    digest = hashlib.sha256(package.name.encode()).hexdigest()
    home = f"{digest[:3]}/{digest[3:6]}/{digest[6:9]}/{package.name}"
    name = hashlib.sha256(home.encode()).hexdigest()[:16]
    code = """
    import os, sys
    shared, name, work = sys.argv[1:]
    os.umask(0)
    for folder in (".root.archive-pkg-staging", f".root.{name}.archive-pkg-0123abcd"):
        os.mkdir(f"{shared}/{folder}")
        os.symlink(work, f"{shared}/{folder}/data")
        for old in ("..", "x"):
            with open(f"{shared}/{folder}/.{name}.archive-pkg.swap", "w") as file:
                file.write('{"old": "..", "new": "x"}')
    os.symlink(work, f"{shared}/.root.{name}.archive-pkg-0123abce")
    """
    machine.stranger.python(textwrap.dedent(code), machine.shared, name, machine.user.home / "work")
    before = sorted(path.name for path in machine.shared.iterdir())
    done = machine.user.run("deposit", package, "--to", f"ocfl:{machine.shared / 'root'}")
    assert done.returncode == 0, done.stderr
    assert "left alone" in done.stderr
    assert sorted(path.name for path in machine.shared.iterdir()) == [*before, "root"]
    assert_untouched(machine)


@pytest.mark.parametrize(
    "plant",
    [
        "os.mkfifo(path)",
        "os.mkdir(path)",
        "os.symlink('/etc/passwd', path)",
        "os.close(os.open(path, os.O_CREAT, 0o600))",
    ],
    ids=["pipe", "folder", "link", "closed file"],
)
def test_a_lock_that_cannot_be_used_is_reported_without_waiting(
    machine: Machine, package: Path, plant: str
) -> None:
    out = machine.shared / "page.zip"
    lock = machine.shared / f".{out.name}.archive-pkg.lock"
    machine.stranger.python(f"import os, sys; path = sys.argv[1]; {plant}", lock)
    done = machine.user.run("bag", "pack", package, out)
    assert done.returncode == 5, done.stderr
    assert str(lock) in done.stderr
    assert not out.exists()


def test_a_lock_file_that_another_user_left_does_not_block(machine: Machine, package: Path) -> None:
    out = machine.shared / "page.zip"
    lock = machine.shared / f".{out.name}.archive-pkg.lock"
    machine.stranger.python("import sys; open(sys.argv[1], 'w').write('{}')", lock)
    done = machine.user.run("bag", "pack", package, out)
    assert done.returncode == 0, done.stderr
    assert lock.read_text() == "{}"


def test_state_prepared_by_another_user_is_refused(machine: Machine, package: Path) -> None:
    code = """
    import os, sys
    os.umask(0)
    os.mkdir(sys.argv[1])
    """
    own = machine.shared / ".archive-pkg"
    machine.stranger.python(textwrap.dedent(code), own)
    for words in (("find", machine.shared, "--refresh"), ("audit", "run", machine.shared)):
        done = machine.user.run(*words)
        assert done.returncode == 5, done.stdout
        assert "belongs to another user" in done.stderr
    assert list(own.iterdir()) == []


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_an_output_that_another_user_has_prepared_is_refused(
    machine: Machine, package: Path, kind: str
) -> None:
    out = machine.shared / "letter.html"
    plant = "os.symlink(sys.argv[2], sys.argv[1])" if kind == "link" else "os.mkfifo(sys.argv[1])"
    work = machine.user.home / "work/thesis.txt"
    machine.stranger.python(f"import os, sys; os.umask(0); {plant}", out, work)
    done = machine.user.run("page", package, "-o", out)
    assert done.returncode == 5, done.stdout
    assert "belongs to another user" in done.stderr
    assert_untouched(machine)


WATCH = """
import os, sys, time
folder, *marks = sys.argv[1:]
marks = [mark.encode() for mark in marks]
found = set()
print("ready", flush=True)
last = False
while not last:
    last = os.path.exists(folder + "/stop")
    for here, _, names in os.walk(folder):
        for name in names:
            try:
                with open(os.path.join(here, name), "rb", buffering=0) as file:
                    data = file.read(1 << 20)
            except OSError:
                continue
            if any(mark in data for mark in marks):
                found.add(os.path.relpath(os.path.join(here, name), folder))
    time.sleep(0.005)
print(*sorted(found), sep="\\n")
"""
"""Reads all that it may, again and again, and names the files that tell what they should not."""


@pytest.mark.slow
def test_outputs_made_from_private_files_are_never_readable_by_others(
    machine: Machine,
) -> None:
    user, shared = machine.user, machine.shared
    source = user.home / "letters" / LETTER.name
    shutil.copytree(LETTER, source)
    source.chmod(0o700)
    other = user.home / "letter"
    shutil.copytree(LETTER, other)
    (other / "letter-1960-07-18.txt").chmod(0o600)
    user.owns(other)
    user.owns(source.parent)
    mark, title = "Dear Comrades", "CC CPSU to CC SED"
    internal = ("--audience", "internal")
    package = shared / "one" / LETTER.name
    with strangers_program(machine, WATCH, shared, mark, title) as watching:
        for words in (
            ("build", other, "--out", shared / "one"),
            ("build", source.parent, "--out", shared / "many", "--jobs", 1),
            ("find", shared / "many", "--refresh"),
            ("deposit", package, "--to", f"file:{shared / 'drop'}"),
            ("deposit", package, "--to", f"ocfl:{shared / 'root'}"),
            ("bag", "create", source, shared / "bag"),
            ("bag", "pack", package, shared / "bag.zip"),
            ("draft", source / "letter-1960-07-18.txt", "--out", shared / "drafts"),
            ("page", source, "-o", shared / "page.html", *internal),
            ("export", other, "--to", "tei", "-o", shared / "tei.xml", *internal),
            ("export", source, "--to", "tei", "--each", shared / "each", *internal),
            ("tables", "export", source, "--out", shared / "tables", *internal),
            ("show", other, "--picture", shared / "picture.svg"),
        ):
            done = user.run(*words)
            assert done.returncode == 0, (words, done.stdout, done.stderr)
    assert watching.said == ""
    assert (shared / "many/.archive-pkg/index.sqlite").exists()


def test_a_deposit_of_a_package_that_all_may_read_is_readable_by_others(
    machine: Machine, package: Path
) -> None:
    done = machine.user.run("deposit", package, "--to", f"file:{machine.shared}")
    assert done.returncode == 0, done.stderr
    record = machine.shared / package.name / "data/record.json"
    assert LETTER.name in machine.stranger.python(
        "import sys; print(open(sys.argv[1]).read())", record
    )


SETTINGS = """
import os, sys
os.environ.pop("ARCHIVE_PKG_PROJECT", None)
os.chdir(sys.argv[1])
from archive_pkg import cli
print(cli.run(["show", "--settings"]))
"""


def test_a_project_file_that_another_user_planted_is_not_used(machine: Machine) -> None:
    planted = machine.shared / "archive-pkg.toml"
    theirs = machine.shared / "theirs"
    theirs.mkdir()
    for path in (planted, theirs / "archive-pkg.toml"):
        path.write_text("publisher = 'The stranger'\n")
    machine.stranger.owns(planted, theirs)
    mine = [machine.shared / "mine", theirs / "mine"]
    for folder in mine:
        folder.mkdir()
        machine.user.owns(folder)
    # A search does not look into a folder that everyone can write to.
    said = machine.user.python(SETTINGS, mine[0])
    assert said.startswith("project file: none")
    assert "The stranger" not in said
    # A file in a folder of the stranger is refused.
    assert machine.user.python(SETTINGS, mine[1]) == "5\n"
