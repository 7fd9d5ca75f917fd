"""A file with several documents gets a record for each document, with their relations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from archive_pkg.drafting import (
    draft_letter,
    load_vocabulary,
    save_draft,
    split_draft,
    with_enclosure_relation,
)
from archive_pkg.drafting.draft import draft_text
from archive_pkg.packages import check
from archive_pkg.records import load_record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from subprocess import CompletedProcess

    Run = Callable[..., CompletedProcess[str]]

BODY = "The orchard was visited in the morning and the director asked about the ladders."
COVER = f"""Embassy of the USSR in the GDR
Berlin, 19 October 1978
Secret

To Comrade Lantos

Dear Comrade Lantos,

I enclose the memorandum. {BODY}

With communist greetings

P. VOLIN

"""
MEMORANDUM = f"""Top Secret

MEMORANDUM

on the conversation of 11 October 1978

{BODY}

(K. ORLIN)
"""
TELEGRAMS = [
    f"TELEGRAM No. {n}\nSecret\nHanoi, {n} May 1961\n\nTo Comrade Lantos\n\n{BODY}\n\nVOLIN\n\n"
    for n in (4, 5, 6)
]
PROTOCOL = f"""Protocol No. 49
of the session of the Council of 8 May 1961

Present: Volin, Orlin

{BODY}

"""
ITEM = f"""Item V of Protocol No. 49
Top Secret
Resolution of 8 May 1961

1. Approves the list. {BODY}
"""
DATED = MEMORANDUM.replace("\n\nMEMORANDUM", "\n4 May 1961\n\nMEMORANDUM")
FILES = {
    "covering letter and enclosure": [COVER, f"[Attachment]\n\n{MEMORANDUM}"],
    "telegrams": TELEGRAMS,
    "protocol and item": [PROTOCOL, ITEM],
    "separated": [f"{COVER}* * *\n\n", DATED],
}  # fmt: skip


@pytest.mark.parametrize("case", FILES)
def test_a_draft_reports_where_further_documents_begin(case: str) -> None:
    pieces = FILES[case]
    draft = draft_text("".join(pieces))
    begins = [len("".join(pieces[:count])) for count in range(1, len(pieces))]
    assert list(draft.cuts) == begins
    found = [one for one in draft.report if one.code == "draft-several-documents"]
    assert [one.location.offset for one in found] == begins
    assert all(one.message.endswith("”") for one in found)


@pytest.mark.parametrize(
    "text",
    [
        COVER,
        f"{COVER}Enclosure: the memorandum\n",
        f"Report\n\n{BODY}\n\nSecret talks\n\n{BODY}\n\nReport on the pears\n\n{BODY}\n",
        f"Dear Anna,\n\n{BODY}\n\nOn 4 May 1961\n\n{BODY}\n\nYours,\nOtto\n",
        f"Minutes No. 4\n\n1. Report on the ladders\n\n{BODY}\n\n2. Resolution\n\n{BODY}\n",
    ],
)
def test_a_heading_within_a_document_does_not_begin_another_document(text: str) -> None:
    assert not draft_text(text).cuts


def test_each_document_has_a_record_whose_quotes_are_in_its_part(tmp_path: Path) -> None:
    text = "".join(FILES["covering letter and enclosure"])
    (tmp_path / "file.txt").write_text(text)
    words = load_vocabulary()
    first, second = split_draft(draft_letter(tmp_path / "file.txt"), words)
    cover = save_draft(first, words, tmp_path / "out")
    second = with_enclosure_relation(second, cover.record.parent.name)
    memorandum = save_draft(second, words, tmp_path / "out")
    records = [load_record(one.record) for one in (cover, memorandum)]
    assert [record.type for record in records] == ["letter", "memorandum-of-conversation"]
    assert not records[0].relations
    assert not records[1].enclosures
    [relation] = records[1].relations
    assert (relation.kind, relation.record) == ("enclosure-of", records[0].id)
    spans = [part.span for record in records for part in record.parts if part.span]
    assert [(span.start, span.end) for span in spans] == [(0, len(COVER)), (len(COVER), len(text))]
    for record, span in zip(records, spans, strict=True):
        for at in [item.at for item in record.evidence if item.at]:
            assert text[at.start : at.end] == at.exact
            assert span.start <= at.start
            assert at.end <= span.end
    assert all(check(one.record).ok for one in (cover, memorandum))
    again = save_draft(second, words, tmp_path / "out")
    assert (again.record, again.changed) == (memorandum.record, False)


def test_an_item_of_a_protocol_is_related_to_it() -> None:
    _, item = split_draft(draft_text(PROTOCOL + ITEM), load_vocabulary())
    [one] = item.of("relation")
    assert (one.kind, one.value) == ("item-of", "Protocol No. 49")


def test_the_command_splits_a_file(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_text("".join(TELEGRAMS))
    ended = run("draft", path, "--split", "--out", tmp_path / "out")
    assert ended.returncode == 0, ended.stderr
    assert "draft-several-documents" not in ended.stdout
    names = sorted(folder.name for folder in (tmp_path / "out").iterdir())
    assert names == [f"1961-05-0{n}-volin-to-lantos" for n in (4, 5, 6)]
    assert run("draft", path, "--split").returncode == 2
