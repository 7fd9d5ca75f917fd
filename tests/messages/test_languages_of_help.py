"""The help of every command is in the language of messages."""

from typing import Any

import pytest
import typer

from archive_pkg.cli.help import help_texts
from archive_pkg.cli.main import app
from archive_pkg.messages import catalogue
from program import Run

OTHERS = ["de", "fr", "ru"]
FIRST = "List everything that is wrong with records or tables"


@pytest.fixture(scope="module")
def root() -> Any:
    return typer.main.get_command(app)


@pytest.mark.parametrize("tag", OTHERS)
def test_no_command_has_english_in_its_help(
    tag: str, root: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LC_ALL", f"{tag}_XX.UTF-8")
    english = {text for text in help_texts(root) if len(text.split()) > 1}
    assert all(catalogue(tag).pgettext("help", text) != text for text in english)

    def visit(command: Any, context: Any) -> None:
        shown = " ".join(command.get_help(context).split())
        assert {text for text in english if text in shown} == set()
        for word in ("Usage:", "Arguments:", "Options:", "Commands:", "[default:", "[required"):
            assert word not in shown
        for name, below in getattr(command, "commands", {}).items():
            visit(below, below.context_class(below, info_name=name, parent=context))

    visit(root, root.context_class(root, info_name="archive-pkg"))


@pytest.mark.parametrize(
    "words", [["--language", "de", "check", "--help"], ["check", "--help", "--language", "de"]]
)
def test_the_option_is_before_or_after_the_command(words: list[str], run: Run) -> None:
    german = run(*words)
    assert german.returncode == 0
    assert german.stdout.startswith("Aufruf: ")
    assert "  --files <path>" in german.stdout


def test_help_is_english_without_a_language(run: Run) -> None:
    assert run("check", "--help").stdout.partition("\n\n  ")[2].startswith(FIRST)
    listed = run("--help", "--language", "de").stdout
    assert "Befehle:" in listed
    assert "  check " in listed
