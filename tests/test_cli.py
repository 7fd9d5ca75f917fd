"""The command line: exit statuses, JSON output and messages."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from archive_pkg import cli
from archive_pkg.cli.output import clean, json_text
from program import Run, command

ID = "1960-07-18-cpsu-to-sed"
PACKAGE = Path(__file__).parents[1] / "packages" / ID


def test_a_letter_is_checked_built_verified_deposited_and_fetched(
    run: Run, letter: Path, tmp_path: Path
) -> None:
    package = tmp_path / "packages" / ID
    for words in (
        ["check", letter],
        ["build", letter, "--out", package.parent],
        ["verify", package, "--second-opinion"],
        ["show", package],
        ["deposit", package, "--to", f"ocfl:{tmp_path / 'archive'}"],
    ):
        done = run(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stderr == ""
    (receipt,) = package.with_name(f"{ID}.receipts").glob("*.json")
    done = run("fetch", receipt, "--out", tmp_path / "back")
    assert done.returncode == 0
    assert (tmp_path / "back" / ID / "bagit.txt").is_file()


def test_the_demo_leaves_the_working_folder_clean(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    done = run("demo", "--out", tmp_path / "there")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert list(here.iterdir()) == []
    for name in ("draft", "check", "build", "verify", "deposit", "page"):
        assert f"$ archive-pkg {name} " in done.stdout
    page = tmp_path / "there" / "letter.html"
    assert f"Open {page} in a browser" in done.stdout
    assert page.is_file()
    again = run("demo", "--out", tmp_path / "there", "--json")
    assert json.loads(again.stdout)["status"] == 0


def test_json_output_is_one_document_with_every_finding(
    run: Run, letter: Path, tmp_path: Path
) -> None:
    (letter / "letter-1960-07-18.txt").unlink()
    done = run("check", tmp_path / "nothing", letter, "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == answer["status"] == 5
    absent, spoiled = answer["results"]
    (finding,) = [f for f in spoiled["findings"] if f["code"] == "part-missing"]
    assert finding.keys() == {"code", "severity", "location", "message", "hint"}
    assert finding["location"]["line"] > 1
    assert absent["path"] == str(tmp_path / "nothing")
    assert absent["error"]["message"]


@pytest.mark.parametrize("lost", ["bagit.txt", "*.txt"])
def test_a_bag_without_its_tag_files_is_reported(
    run: Run, letter: Path, tmp_path: Path, lost: str
) -> None:
    run("build", letter, "--out", tmp_path / "collection")
    package = tmp_path / "collection" / ID
    for file in package.glob(lost):
        file.unlink()
    done = run("verify", package)
    assert done.returncode == 3
    assert "declaration-missing" in done.stdout
    done = run("verify", tmp_path / "collection")
    assert done.returncode == 3
    if lost == "bagit.txt":
        assert f"{package}: bagit.txt" in done.stdout


@pytest.mark.parametrize(
    "words", [["verify"], ["check"], ["build", "--out", "out"], ["deposit", "--to", "ocfl:root"]]
)
def test_an_empty_folder_is_reported(
    run: Run, tmp_path: Path, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nothing").mkdir()
    monkeypatch.chdir(tmp_path)
    done = run(*words, tmp_path / "nothing")
    assert done.returncode in (3, 5)
    assert "nothing" in done.stdout + done.stderr


def test_receipts_that_a_shell_pattern_includes_are_ignored(
    run: Run, letter: Path, tmp_path: Path
) -> None:
    run("build", letter, "--out", tmp_path / "collection")
    run("deposit", tmp_path / "collection" / ID, "--to", f"ocfl:{tmp_path / 'root'}")
    named = sorted((tmp_path / "collection").iterdir())
    assert len(named) == 2
    assert run("verify", *named).returncode == 0
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"], check=True
    )
    assert run("sign", *named, "--key", tmp_path / "key").returncode == 0


def test_verify_reports_for_each_path_if_it_is_complete_and_valid(
    run: Run, letter: Path, tmp_path: Path
) -> None:
    run("build", letter, "--out", tmp_path)
    good, bad = tmp_path / ID, tmp_path / "bad"
    shutil.copytree(good, bad)
    readme = bad / "data" / "README.txt"
    readme.write_bytes(readme.read_bytes().upper())
    done = run("verify", bad, good, "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == 3
    assert [(r["complete"], r["valid"]) for r in answer["results"]] == [(True, False), (True, True)]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["check"], 2),
        (["bulid"], 2),
        (["build", "x"], 2),
        (["verify", "/nothing/here"], 5),
        (["show", "/nothing/here"], 5),
        (["deposit", "/nothing/here", "--to", "nowhere:x"], 2),
        (["deposit", "/nothing/here", "--to", "ocfl:x"], 5),
        (["fetch", "/nothing/here", "--out", "x"], 5),
    ],
)
def test_each_kind_of_error_has_its_exit_status(
    run: Run, words: list[str], status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(*words)
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 2 or words == ["check"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\0\0\0",
        b"id: [1, 2",
        b"id: a\nid: b\n",
        b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
        "id: кириллица\n".encode("cp1251"),
        b"- just\n- a list\n",
        b"{" * 5000,
        b"id: x\ntype: letter\ntitle: T\nsneder: [a]\n",
        b"!!python/object/apply:os.system ['true']\n",
    ],
)
def test_a_file_that_is_not_a_record_gives_findings(run: Run, text: bytes, tmp_path: Path) -> None:
    file = tmp_path / "letter" / "record.yaml"
    file.parent.mkdir()
    file.write_bytes(text)
    for words in (["check", file], ["show", file], ["build", file, "--out", tmp_path / "out"]):
        done = run(*words)
        assert done.returncode == 3, (words, done.stdout, done.stderr)
        assert "Traceback" not in done.stdout + done.stderr
        assert "record.yaml" in done.stdout + done.stderr
    assert not list(tmp_path.glob("out/*"))


def test_the_finding_of_an_invalid_file_is_printed_once(run: Run, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Moe,\n")
    for words in (["show", letter], ["import", letter]):
        done = run(*words)
        assert (done.stdout + done.stderr).count(f"archive-pkg draft {letter}") == 1
    assert run("show", letter).stderr == f"error: {letter} is not a valid record\n"


def test_a_misspelt_key_is_reported_with_the_nearest_name(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "record.yaml"
    file.write_text("id: x\ntype: letter\ntitle: T\nsneder: [a]\n")
    done = run("check", file)
    assert "record.yaml:4:1" in done.stdout
    assert "sender" in done.stdout


def test_a_folder_without_write_permission_is_reported(
    run: Run, letter: Path, tmp_path: Path
) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    out = tmp_path / "out"
    out.mkdir(mode=0o500)
    done = run("build", letter, "--out", out)
    assert done.returncode == 5
    assert "permission" in done.stderr


def test_a_reader_of_the_output_that_ends_early_is_not_an_error(letter: Path) -> None:
    line = f"{shlex.join(command('show', letter))} | head -n 1"
    done = subprocess.run(line, shell=True, capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_file_names_cannot_control_the_terminal() -> None:
    assert clean("a\x1b[31mb\u202ec\ud800") == "a\\x1b[31mb\\u202ec\\ud800"
    assert clean("ложном\tполо\u200dжении\n") == "ложном\\tполо\u200dжении\\n"
    assert clean("ложном\tполо\u200dжении\n", lines=True) == "ложном\tполо\u200dжении\n"


def test_every_control_character_is_escaped_in_text_and_json() -> None:
    for number in range(0x110000):
        sign = chr(number)
        if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            assert sign not in json_text([f"x{sign}"]), hex(number)
            assert json.loads(json_text([f"x{sign}"])) == [f"x{sign}"]
            assert sign in "\xad\u200c\u200d" or sign not in clean(sign)
    assert json_text(["Хрущёв 𐍈"]) == '["Хрущёв 𐍈"]'


@pytest.mark.parametrize("words", [["export", "--to", "tei"], ["verify", "--json"]])
def test_an_output_that_cannot_be_written_is_reported_once(letter: Path, words: list[str]) -> None:
    subject = PACKAGE if words[0] == "verify" else letter
    line = shlex.join(command(*words, subject))
    for stream, why in ((">/dev/full", "disk is full"), (">&-", "it is closed")):
        done = subprocess.run(["sh", "-c", line + stream], capture_output=True, text=True)
        assert done.returncode == 5
        assert done.stderr.startswith("error: standard output cannot be written: ")
        assert why in done.stderr
        assert done.stderr.count("error") == 1


def test_closed_streams_do_not_change_the_exit_status(tmp_path: Path) -> None:
    good = shlex.join(command("verify", "--quiet", PACKAGE))
    bad = shlex.join(command("verify", tmp_path / "nothing"))
    for line, status in ((f"{good} <&- >&-", 0), (f"{bad} 2>/dev/full", 5), (f"{bad} 2>&-", 5)):
        assert subprocess.run(["sh", "-c", line]).returncode == status


def test_a_removed_working_folder_is_reported_as_an_error(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    for words in (["verify", "x"], ["audit", "run", "."], ["build", "x", "--out", "y"]):
        done = run(*words)
        assert done.returncode == 5
        assert done.stderr.startswith("error: ")
    assert run("verify", PACKAGE).returncode == 0


def test_output_into_a_pipe_has_no_colours(run: Run, letter: Path) -> None:
    assert "\x1b" not in run("show", letter).stdout
    assert "\x1b" not in run("check", letter).stdout


def test_evidence_of_the_program_is_not_counted_as_supplied_by_a_person(run: Run) -> None:
    assert "15 inferred, 0 supplied, 6 by archive-pkg;" in run("show", PACKAGE).stdout


def test_an_error_is_printed_to_standard_error_with_its_exit_status(tmp_path: Path) -> None:
    done = subprocess.run(
        command("verify", tmp_path / "nothing"), capture_output=True, text=True, check=False
    )
    assert done.returncode == 5
    assert done.stdout == ""
    assert "nothing" in done.stderr


def test_an_early_interruption_prints_no_traceback() -> None:
    program = """
import os, signal, sys
from archive_pkg.__main__ import main

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == "archive_pkg.cli.main":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupting())
main()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, b"", b"")


def test_an_interruption_is_reported_once_if_ending_is_slow() -> None:
    program = """
import os, signal, sys, threading, time
from archive_pkg.cli import interruptions

def command(*_, **options):
    threading.Thread(target=time.sleep, args=(600,)).start()
    os.kill(os.getpid(), signal.SIGTERM)

interruptions._LIMIT = 0.2
interruptions.expect_bulk()
main = sys.modules["archive_pkg.cli.main"]
main.without_pydantic = lambda _: command
main.main()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    reported = "interrupted; unfinished work was abandoned. Run the same command again.\n"
    assert (done.returncode, done.stderr) == (143, reported)


def test_an_interruption_that_python_drops_in_a_callback_ends_the_program() -> None:
    program = """
import os, signal, sys, time, weakref
from archive_pkg.cli import interruptions

class Thing:
    pass

def command(*_, **options):
    thing = Thing()
    gone = weakref.ref(thing, lambda _: os.kill(os.getpid(), signal.SIGTERM))
    del thing
    time.sleep(600)

main = sys.modules["archive_pkg.cli.main"]
main.without_pydantic = lambda _: command
main.main()
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (143, "interrupted; nothing was left incomplete\n")


def test_invalid_lines_of_allowed_signers_are_reported(run: Run, tmp_path: Path) -> None:
    signers = tmp_path / "allowed_signers"
    signers.write_text("editor@example.org\neditor@example.org no-key\n")
    done = run("verify", PACKAGE, "--allowed-signers", signers)
    assert done.returncode == 3
    assert f"{signers}:1" in done.stderr
    assert f"{signers}:2" in done.stderr


def test_build_reports_every_error_of_a_table(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "letters.csv"
    table.write_text("id,type,title\na b,letter,A\nc,poem,C\n")
    done = run("build", table, "--out", tmp_path / "out")
    assert done.returncode == 3
    for place in ("row 2, column id", "row 3, column type"):
        assert f"letters.csv {place}" in done.stdout + done.stderr


def test_a_missing_option_is_answered_with_an_example(run: Run) -> None:
    done = run("build", "letter")
    assert done.returncode == 2
    assert "Missing option '--out'." in done.stderr
    assert "Example: archive-pkg build records/" in done.stderr


def test_a_letter_with_colons_is_not_read_as_broken_yaml(run: Run, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Sir: hello\n\nI write: you\n- Karl\n")
    done = run("check", tmp_path / "letter.txt")
    assert done.returncode == 3
    assert "this is plain text, not a record" in done.stdout


@pytest.mark.parametrize("words", [(), ("audit",), ("bag",), ("tables",), ("agents",)])
def test_without_a_command_the_help_is_printed_with_line_breaks(
    run: Run, words: tuple[str, ...]
) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert "\n  -h, --help" in done.stderr
    assert r"\n" not in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("review", "--no-brwser"), "archive-pkg review; did you mean --no-browser?"),
        (("bag", "pack", "a", "b", "--out", "c"), "--out is not an option of archive-pkg bag pack"),
        (("agents", "list", "a"), "too many arguments for archive-pkg agents list: a"),
        (("site", "a", "b", "c", "--out", "d"), "too many arguments for archive-pkg site: b c"),
        (("bag", "create", ".", "b", "--date", "2026-13-01"), "there is no month 13"),
        (("build", "a", "--out", "b", "--date", "today"), "“today” is not a date"),
        (("audit", "packages"), "The commands are accept, repair, report, run, sign."),
    ],
)
def test_a_misused_command_line_gets_a_hint_that_works(
    run: Run, words: tuple[str, ...], said: str
) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Possible options" not in done.stderr
    assert "→" in done.stderr


def test_find_without_a_collection_asks_for_one(run: Run) -> None:
    assert (
        "Name the collection first: archive-pkg find packages Morel" in run("find", "Morel").stderr
    )


def test_an_empty_folder_is_not_a_record_or_package(run: Run, tmp_path: Path) -> None:
    done = run("show", tmp_path)
    assert done.returncode == 3
    assert "is an empty folder, not a record or package" in done.stderr
    assert "Name the folder of a record or of a package." in done.stderr


def test_documents_in_packages_below_a_folder_are_not_imported(
    run: Run, package: Path, tmp_path: Path
) -> None:
    done = run("import", package.parent, "--out", tmp_path / "records")
    assert (done.returncode, "contains no XML files" in done.stderr) == (2, True)


def test_a_hint_of_several_findings_is_printed_once(run: Run, letter: Path) -> None:
    done = run("check", letter)
    assert done.stdout.count("has no identifier from an authority file") == 3
    assert done.stdout.count("viaf.org") == 1


def test_a_misspelt_field_is_one_error(run: Run, letter: Path) -> None:
    record = letter / "record.yaml"
    record.write_text(record.read_text().replace("\nsalutation:", "\nsalutaton:"))
    assert "1 error" in run("check", letter).stdout


def test_the_line_of_an_unclosed_quotation_mark_is_reported(run: Run, letter: Path) -> None:
    record = letter / "record.yaml"
    record.write_text(re.sub(r"(?m)^title: .*", 'title: "Letter', record.read_text()))
    assert "The quotation mark in line 7 may not be closed." in run("check", letter).stdout


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("receipts", PACKAGE, "--receipts", "nowhere"), 5, "nowhere does not exist"),
        (("import", PACKAGE), 2, f"{PACKAGE} is a package, not a folder of documents"),
        (("deposit", PACKAGE, "--to", "s3:bucket"), 2, "s3:bucket does not name a bucket"),
        (
            ("page", PACKAGE, "-o", "p", "--date", "2026-02-30"),
            2,
            "there is no day 30 in 2026-02",
        ),
        (("tables", "map", "a.txt"), 3, "a.txt has only one column, so it is a text"),
        (("agents", "check"), 0, ": no register; 0 agents; 0 findings"),
        (
            ("build", "list.csv", "--out", "p"),
            3,
            "list.csv is not valid, so nothing was built\nerr",
        ),
    ],
)
def test_messages_name_the_path_or_option_that_the_user_gave(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[object, ...],
    status: int,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text("Dear Anna\nI write to you\n", encoding="utf-8")
    Path("list.csv").write_text('id,date\nx\n"a', encoding="utf-8")
    assert cli.run(list(map(str, words))) == status
    shown = capsys.readouterr()
    assert said in shown.err + shown.out
