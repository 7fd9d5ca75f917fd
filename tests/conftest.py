"""Fixtures for many tests: the first letter, its package, and copies that a test may change."""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

import browsing
from archive_pkg import cli
from archive_pkg.packages import build_package, sign
from archive_pkg.storage import system
from authority import Authority, serving
from official import LEFT_OUT
from program import Disk, Done, Run

# Under nohup, programs started by the tests would ignore this signal, which some tests send.
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# Examples have no time limit, since the time depends on the machine. The same examples are used in
# each run, so that a new failure comes from a change. For new ones: --hypothesis-profile=new.
settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("new", deadline=None)
settings.load_profile("same")


def _memory() -> str:
    """Return a folder in memory that has room for what the tests write; "" if there is none.

    The program syncs all its files. On a disk, this takes a third of the time of the tests.
    """
    with contextlib.suppress(OSError):
        about = os.statvfs("/dev/shm")
        roomy = about.f_bavail * about.f_frsize > 4 << 30
        if roomy and not about.f_flag & os.ST_NOEXEC and os.access("/dev/shm", os.W_OK):
            return "/dev/shm"
    return ""


os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", _memory())

# No test uses a project file that lies above the working folder.
os.environ["ARCHIVE_PKG_PROJECT"] = ""
os.environ.pop("SOURCE_DATE_EPOCH", None)
# Messages are in English.
os.environ["LC_ALL"] = "C.UTF-8"

browser, serve = browsing.browser, browsing.serve

ROOT = Path(__file__).parents[1]
EDITOR = "editor@example.org"
LETTER = ROOT / "records" / "1960-07-18-cpsu-to-sed"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Let idle workers take tests of other workers, so that all end together."""
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log) if config.getoption("dist") == "load" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests of what only some systems can do, if this one cannot."""
    if not system.BY_DESCRIPTOR:
        skipped = pytest.mark.skip(reason="this system opens files only by path")
        for item in items:
            if item.get_closest_marker("descriptors"):
                item.add_marker(skipped)


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    """A copy of the first letter's record folder, which tests may change."""
    folder = tmp_path / "records" / LETTER.name
    shutil.copytree(LETTER, folder)
    return folder


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of the first letter; tests that change it take `package`."""
    return build_package(LETTER, tmp_path_factory.mktemp("built"), on=date(2026, 11, 24)).path


@pytest.fixture
def package(built: Path, tmp_path: Path) -> Path:
    """A copy of the first letter's package, which tests may change."""
    return shutil.copytree(built, tmp_path / "out" / built.name)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line in this process, because starting another takes longer."""

    def run(*words: object) -> Done:
        capsys.readouterr()
        status = cli.run([str(word) for word in words])
        return Done(status, *capsys.readouterr())

    return run


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """Mounts a file system with options, and mounts it again with others."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def mount(options: str) -> Path:
        kind = ["-o", f"remount,{options}"] if folder.is_mount() else ["-t", "tmpfs", "-o", options]
        words = ["mount", *kind, "tmpfs", str(folder)]
        if os.geteuid() != 0 or subprocess.run(words, capture_output=True, check=False).returncode:
            pytest.skip("mounting a file system is not allowed here")
        return folder

    yield mount
    if folder.is_mount():
        subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def umask() -> Iterator[Callable[[int], int]]:
    """Sets the umask for a test."""
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


@pytest.fixture
def no_descriptor_stays_open() -> Iterator[None]:
    """Fails a test after which more files are open than before."""

    def opened() -> int:
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - a test may have patched Path

    before = opened()
    yield
    until = time.monotonic() + 20  # the threads of a killed pool close their files a little later
    while opened() > before and time.monotonic() < until:
        gc.collect()
        time.sleep(0.05)
    assert opened() <= before


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail if a test was skipped and ARCHIVE_PKG_SKIPS is `fail`."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and reporter.stats.get("skipped") and os.environ.get("ARCHIVE_PKG_SKIPS") == "fail":
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_unconfigure(config: pytest.Config) -> None:
    """Report at the end how many tests were skipped because their data are missing."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    reasons = [
        report.longrepr[2]
        for report in (reporter.stats.get("skipped", []) if reporter else [])
        if isinstance(report.longrepr, tuple) and LEFT_OUT in report.longrepr[2]
    ]
    if reporter and reasons:
        names = sorted({reason.rpartition(" ")[2] for reason in reasons})
        reporter.line(
            f"{len(reasons)} tests that check against official schemas, suites and published "
            f"letters were left out. Run `make test-data` to bring: {', '.join(names)}."
        )


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Private and public keys, and `allowed`, which lists two of them as the editor's."""
    folder = tmp_path_factory.mktemp("keys")
    kinds = {"editor": "ed25519", "stranger": "ed25519", "rsa": "rsa", "ecdsa": "ecdsa"}
    for name, kind in {**kinds, "locked": "ed25519"}.items():
        word = "a secret" if name == "locked" else ""
        command = ["ssh-keygen", "-q", "-t", kind, "-N", word, "-C", "", "-f", f"{folder / name}"]
        subprocess.run([*command, *(["-b", "2048"] if kind == "rsa" else [])], check=True)
    own = [(folder / f"{name}.pub").read_text() for name in ("editor", "rsa")]
    (folder / "allowed").write_text("".join(f"{EDITOR} {key}" for key in own))
    return folder


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    """A time-stamping authority with a server that answers at its address."""
    authority = Authority(tmp_path_factory.mktemp("tsa") / "tsa")
    with serving(authority):
        yield authority


@pytest.fixture(scope="session")
def signed_letter(
    keys: Path, authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The first letter's package, signed by the editor and timestamped; to be copied."""
    package = tmp_path_factory.mktemp("signed") / LETTER.name
    shutil.copytree(ROOT / "packages" / LETTER.name, package)
    sign(package, key=keys / "editor", timestamp=authority.url)
    return package


@pytest.fixture(autouse=True, scope="session")
def _own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Use a state folder of the tests, so that the key of the real user does not change."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield
