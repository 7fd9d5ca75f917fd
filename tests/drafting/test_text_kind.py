"""Whether a text is a translation or a transcription rests on evidence; else it is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from archive_pkg.drafting import record_of
from archive_pkg.drafting.draft import draft_text
from archive_pkg.projects import Project, load_project

if TYPE_CHECKING:
    from pathlib import Path

BODY = "The orchard was visited in the morning and the pears are ripe, but we have not the ladders."
GERMAN = "Der Garten ist schön und die Birnen sind reif, aber wir haben nicht die Leitern für sie."
HEADED = "Secret\n\n{}\n\nTo Comrade Lantos\n\n{}\n\n(K. VOLIN)\n"
SOURCE = "\n\n[Source: RGAE, f. 8, op. 2, d. 5. {}]\n"


CASES = {
    HEADED.format("Translation from German", BODY): "translation certain de",
    HEADED.format("[Unofficial translation]", BODY): "translation certain",
    HEADED.format("Übersetzung aus dem Russischen", GERMAN): "translation certain ru",
    BODY + SOURCE.format("Translated from Polish by Jo Heron."): "translation certain pl",
    BODY + SOURCE.format("Translated by Jo Heron."): "translation certain",
    f"Dear Anna,\n\n{BODY} [sadovnik]\n": "translation probable ru",
    f"Secret\n\nTo the SED CC\n\n{BODY}\n\n(K. VOLIN)\nSoviet Ambassador\n":
        "translation probable ru",
    f"From: the American Embassy\n\nTo: the Polish Ministry of Culture\n\n{BODY}\n":
        "transcription probable",
    f"From: the Soviet Embassy\n\nTo: the American Ministry of Culture\n\n{BODY}\n":
        "transcription guess",
    f"The Chargé in the Soviet Union (Orlin) to the Secretary of State\n\n{BODY}\n":
        "transcription guess",
    f"The Soviet Ambassador (Orlin) to X\n\nThe Embassy presents its compliments. {BODY}":
        "transcription guess",
    f"Dear Anna,\n\n{BODY}\n\nYours,\nOtto\n": "transcription guess",
    f"Dear Anna,\n\n{BODY} A translation from German follows.\n": "transcription guess",
}  # fmt: skip


@pytest.mark.parametrize("text", CASES)
def test_the_kind_of_a_text_has_evidence_and_confidence(text: str) -> None:
    kind, sure, *original = CASES[text].split()
    draft = draft_text(text)
    [one] = draft.of("text-kind")
    assert (one.value, str(one.confidence)) == (kind, sure)
    assert [found.value for found in draft.of("original-language")] == original
    assert ("text-kind" in draft.open) == (sure == "guess")
    record = record_of(draft, "letter.txt")
    part = next(part for part in record.parts if part.id == "letter")
    assert part.kind == kind
    [evidence] = [item for item in record.evidence if item.field == "parts.letter.kind"]
    assert evidence.confidence == sure


def test_the_default_kind_of_a_project_is_used_only_for_guesses(tmp_path: Path) -> None:
    (tmp_path / "archive-pkg.toml").write_text(
        '[institution]\nname = "House"\n[defaults]\npart_kind = "transcription"\n'
    )
    project: Project = load_project(tmp_path / "archive-pkg.toml")
    for text, kind, basis in (
        (HEADED.format("Translation", BODY), "translation", "inferred"),
        (HEADED.format("Draft", BODY), "transcription", "inferred"),
    ):
        record = record_of(draft_text(text), "letter.txt", project=project)
        assert record.parts[-1].kind == kind
        assert {item.basis for item in record.evidence if "kind" in item.field} == {basis}
