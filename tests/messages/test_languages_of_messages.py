"""Messages are in the language of the person at the terminal; JSON is English."""

import json
import pickle
import re
import shutil
from pathlib import Path

import pytest

from archive_pkg.messages import _
from program import Run


def test_findings_are_shown_in_the_language_and_json_is_english(letter: Path, run: Run) -> None:
    text = letter / "letter-1960-07-18.txt"
    text.write_text(text.read_text().replace("Completely", "Complexly"))
    german = run("check", letter, "--language", "de")
    assert german.stdout.splitlines()[0].endswith(": nicht gültig; 43 Fehler, 3 Hinweise")
    assert "hat sich geändert: Die sha256 ist" in german.stdout
    assert ".at, Zeichen 3661" in german.stdout
    one, other = (run("check", letter, "--json", "--language", tag).stdout for tag in ("de", "en"))
    assert json.loads(one) == json.loads(other)


@pytest.mark.parametrize(
    ("tag", "outcome"),
    [("de", "vollständig und gültig"), ("fr", "complet et valide"), ("ru", "полон и действителен")],
)
def test_a_package_is_verified_and_deposited(
    tag: str, outcome: str, package: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", f"{tag}_XX.UTF-8")
    verified = run("verify", package).stdout
    assert outcome in verified
    assert "Not signed" not in verified
    deposited = run("deposit", package, "--to", f"ocfl:{tmp_path / 'archive'}").stdout
    assert "deposited" not in deposited
    assert "receipt:" not in deposited
    shutil.rmtree(package / "data" / "parts")
    damaged = run("verify", package)
    assert "is missing" not in damaged.stdout + damaged.stderr


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        ("check --nope", "--nope ist keine Option von archive-pkg check", "Beispiel: archive-pkg"),
        ("deposit", "Das Argument 'packages' fehlt.", "Beispiel: archive-pkg deposit"),
        ("chek", "Den Befehl 'chek' gibt es nicht. Meinten Sie 'check'?", ""),
        ("check a -j q", "Wert für '--jobs' / '-j': das ist keine ganze Zahl", "zum Beispiel 4."),
        ("verify --jobs 0", "'-j': der Wert muss mindestens 1 sein", ""),
        ("tables q", "Den Befehl 'q' gibt es nicht.", "Die Befehle sind export, import"),
    ],
)
def test_a_misused_command_line_is_explained(words: str, message: str, hint: str, run: Run) -> None:
    refused = run("--language", "de", *words.split())
    assert message in refused.stderr
    assert hint in refused.stderr


def test_errors_of_a_project_file_are_whole_sentences(tmp_path: Path, run: Run) -> None:
    file = tmp_path / "archive-pkg.toml"
    file.write_text('targets = "x"\ntoken = "a"\n[institution]\nnmae = 1\nzzz = 2\n')
    refused = run("--language", "de", "--project", file, "check", tmp_path)
    for said in (
        "targets ist “x”, keine Tabelle",
        "„token“ ist der Name eines Geheimnisses",
        "„zzz“ ist keine Einstellung von [institution]",
        "Die Einstellungen sind ",
        "Schreiben Sie eine Tabelle: ",
    ):
        assert said in refused.stdout + refused.stderr


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("a: [\n", "hier fehlt ein Wert", "Schreiben Sie den Wert, oder löschen Sie die Zeile."),
        ("a: b: c\n", "ein zweiter Doppelpunkt", "in derselben Spalte."),
        ("a: @b\n", "ein Wert kann nicht mit @ beginnen", "Setzen Sie den Wert in Anführungs"),
        ("a: 'b\n", "ein Anführungszeichen wird geöffnet und nicht geschlossen", "dasselbe"),
    ],
)
def test_errors_of_yaml_are_explained(
    text: str, said: str, hint: str, tmp_path: Path, run: Run
) -> None:
    (tmp_path / "record.yaml").write_text(text)
    refused = run("--language", "de", "check", tmp_path)
    assert said in refused.stdout
    assert hint in refused.stdout


def test_a_draft_is_shown_without_english_words(letter: Path, tmp_path: Path, run: Run) -> None:
    text = tmp_path / "letter.txt"
    shutil.copy(letter / "letter-1960-07-18.txt", text)
    english = re.compile(r"\b(the|is|are|not|was|as|of|certain|probable|words|line|date)\b")
    for said in ("Entwurf in", "in {} ist nichts zu ergänzen"):
        drafted = run("--language", "de", "draft", text).stdout
        assert said.format(tmp_path / "record.yaml") in drafted
        assert "Unterzeichner: N. KHRUSHCHEV (sicher, Unterschrift nach der" in drafted
        assert "nicht angegeben: Ort" in drafted
        ours = re.findall(r"^  ([^:]*):|\((?:sicher|wahrscheinlich), (.*)\)$", drafted, re.M)
        assert not [words for words in ours if english.search(" ".join(words))]
    one, other = (run("--language", tag, "draft", text, "--json").stdout for tag in ("de", "en"))
    assert json.loads(one) == json.loads(other)


def test_an_unknown_language_is_refused(run: Run) -> None:
    refused = run("check", ".", "--language", "it")
    assert refused.returncode == 2
    assert "the interface does not have the language it" in refused.stderr


def test_a_message_goes_to_worker_processes() -> None:
    text = _("checked on {date}", date=_("yes"))
    again = pickle.loads(pickle.dumps(text))
    assert again.within("de") == "geprüft am ja"
