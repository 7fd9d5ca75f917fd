"""The index: what is found is what is there, and it can always be made again."""

from __future__ import annotations

import json
import shutil
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from lxml import html

from archive_pkg import cli
from archive_pkg.collection import (
    Done,
    Index,
    Options,
    Query,
    Shelf,
    build_many,
    executor_for,
    find_records,
    make_shelf,
    refresh,
)
from archive_pkg.collection.index.questions import index_path
from archive_pkg.errors import StorageError, UsageError
from archive_pkg.packages import build_package


def build(source: Path, out: Path, **options) -> Shelf:
    shelf = make_shelf(out)
    build_many(
        find_records([source]),
        shelf,
        lambda done: None,
        executor=partial(executor_for, 1),
        options=Options(date(2026, 11, 24), **options),
    )
    return shelf


@pytest.fixture
def shelf(letters, letter: Path, tmp_path: Path) -> Shelf:
    letters(12)
    shutil.copytree(letter, tmp_path / "letters" / letter.name)
    return build(tmp_path / "letters", tmp_path / "shelf")


def bring(shelf: Shelf, **given) -> list[str]:
    outcomes: list[str] = []
    refresh(
        shelf,
        lambda done: outcomes.append(done.outcome),
        executor=partial(executor_for, 1),
        **given,
    )
    return sorted(outcomes)


def found(shelf: Shelf, *words: str, **query: str) -> list[str]:
    with Index(shelf) as index:
        count, hits = index.find(Query(words, **query))
    assert count == len(hits)
    return [hit.id for hit in hits]


def test_found_by_who_when_marking_and_words(shelf: Shelf) -> None:
    first = "1960-07-18-cpsu-to-sed"
    with pytest.raises(StorageError, match="no index"):
        found(shelf)
    assert bring(shelf) == ["indexed"] * 13
    assert found(shelf, "lozhnom") == [first]
    assert found(shelf, "Lozh*", "polozhenii") == [first]
    assert found(shelf, who="khrushchev") == [first]
    assert found(shelf, classification="completely secret") == [first]
    assert found(shelf, who="khrushchev", since="1960-07", until="1960") == [first]
    assert found(shelf, who="khrushchev", since="1961") == []
    assert found(shelf, who="khrushchev", until="1960-07-17") == []
    assert len(found(shelf)) == 13
    # Nothing that is typed is taken for an operator, and accents do not matter.
    for odd in ('"', "AND", "who:x", "(", "*", "a OR b", "'; DROP TABLE packages"):
        found(shelf, odd)
    assert found(shelf, "grusse") == found(shelf, "Grüsse")
    assert found(shelf, "ПИСЬМО") == found(shelf, "письмо") != []
    with pytest.raises(UsageError, match="no date"):
        found(shelf, since="long ago")


def test_only_what_has_changed_is_read_again(shelf: Shelf, tmp_path: Path) -> None:
    bring(shelf)
    record = tmp_path / "letters" / "00000" / "letter-0000003" / "record.yaml"
    record.write_text(record.read_text().replace("title: Letter,", "title: Zzyzx,"))
    build(tmp_path / "letters", shelf.root, replace=True)
    shutil.rmtree(shelf.root / "letter-0000004")
    assert bring(shelf) == ["gone", "indexed"] + ["unchanged"] * 11
    assert found(shelf, "zzyzx") == ["letter-0000003"]
    before = {word: found(shelf, word) for word in ("letter", "secret", "the", "moscow")}
    assert bring(shelf, anew=True) == ["indexed"] * 12
    assert {word: found(shelf, word) for word in before} == before
    (shelf.own / "index.sqlite").write_bytes(b"no index" * 999)
    assert bring(shelf) == ["indexed"] * 12


def test_an_index_in_which_most_is_gone_is_made_anew(shelf: Shelf, tmp_path: Path) -> None:
    assert bring(shelf) == ["indexed"] * 13
    for package in list(shelf.packages()):
        shutil.rmtree(package)
    build(tmp_path / "letters", shelf.root, audience="public")
    assert bring(shelf) == ["gone"] * 13 + ["indexed"] * 13
    assert bring(shelf) == ["indexed"] * 13
    assert bring(shelf) == ["unchanged"] * 13
    assert len(found(shelf)) == 13


def test_an_index_that_was_stopped_is_not_taken_for_whole_and_goes_on(shelf: Shelf) -> None:
    def stop_after_five(_: Done, seen: list[int] = []) -> None:  # noqa: B006 - counted in it
        seen.append(1)
        if len(seen) == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        refresh(shelf, stop_after_five, executor=partial(executor_for, 1))
    with pytest.raises(StorageError, match="not whole yet"):
        found(shelf)
    outcomes = bring(shelf)
    assert outcomes.count("unchanged") >= 5
    assert len(outcomes) == 13
    assert len(found(shelf)) == 13


def test_a_damaged_index_is_reported_and_made_again(shelf: Shelf) -> None:
    bring(shelf)
    path = index_path(shelf)
    data = path.read_bytes()
    for at in (4096, 8192):  # the tables of packages and of words
        path.write_bytes(data[:at] + bytes(len(data) - at))
        with pytest.raises(StorageError, match="cannot be read: ") as caught:
            found(shelf, "lozhnom")
        assert "--refresh" in caught.value.hint
    assert bring(shelf) == ["indexed"] * 13
    assert found(shelf, "lozhnom") == ["1960-07-18-cpsu-to-sed"]


def test_what_is_in_most_letters_is_counted_and_told_by_date(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(shelf)
    ranked = found(shelf, "the")
    monkeypatch.setattr("archive_pkg.collection.index.questions._RANKED", 5)
    by_date = found(shelf, "the")
    assert sorted(by_date) == sorted(ranked)
    with Index(shelf) as index:
        _, hits = index.find(Query(("the",)))
    assert [hit.date for hit in hits] == sorted(hit.date for hit in hits)


def test_what_is_found_is_the_same_however_the_words_are_shared_out(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[tuple[str, ...], dict[str, str]]] = [
        (("the",), {}),
        (("t*",), {}),
        (("th*", "of"), {"since": "1930"}),
        (("letter ilja",), {}),
        (("letter il*",), {"until": "1970"}),
        ((), {"who": "a*", "classification": "secret"}),
        (("nowhere to be found",), {}),
    ]

    def answers() -> list[list[str]]:
        bring(shelf, anew=True)
        return [sorted(found(shelf, *words, **query)) for words, query in asked]

    together = answers()
    assert [] in together
    assert 0 < len(together[0]) < len(together[1]) == 13
    monkeypatch.setattr("archive_pkg.collection.index.questions._BLOCK", 2)
    assert answers() == together
    with Index(shelf) as index:
        count, hits = index.find(Query(("t*",)), most=4)
        everything = index.find(Query(("t*",)))[1]
    assert (count, hits) == (13, everything[:4])


def test_words_that_follow_one_another_are_found_by_date(shelf: Shelf) -> None:
    bring(shelf)
    with Index(shelf) as index:
        count, hits = index.find(Query(("letter 00*",)))
    assert count == 12
    assert [hit.date for hit in hits] == sorted(hit.date for hit in hits)


def test_a_package_that_cannot_be_read_is_told_and_the_others_are_indexed(shelf: Shelf) -> None:
    (shelf.root / "letter-0000001" / "data" / "record.json").write_text("{")
    assert bring(shelf) == ["failed"] + ["indexed"] * 12


def test_stats(shelf: Shelf) -> None:
    bring(shelf)
    with Index(shelf) as index:
        counted = index.stats()
    assert counted["packages"] == 13
    assert sum(counted["decades"].values()) + counted["undated"] == 13
    assert counted["types"] == {"letter": 13}
    assert counted["languages"]["en"] == 13
    assert counted["bytes"] > 13 * 300


def test_the_commands(shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    from archive_pkg import cli

    said = cli.app(["find", str(shelf.root), "lozhnom"], standalone_mode=False)
    assert not said
    assert "1 package found" in capsys.readouterr().out
    cli.app(["find", str(shelf.root), "--limit", "2", "--json"], standalone_mode=False)
    (answer,) = json.loads(capsys.readouterr().out)["results"]
    assert (answer["count"], len(answer["hits"])) == (13, 2)
    cli.app(["stats", str(shelf.root)], standalone_mode=False)
    assert "packages: 13" in capsys.readouterr().out


def test_the_counts_can_be_looked_at(shelf: Shelf, tmp_path: Path) -> None:
    page = tmp_path / "stats.html"
    assert cli.run(["stats", str(shelf.root), "--html", str(page), "-q"]) == 0
    root = html.fromstring(page.read_bytes())
    assert [title.text for title in root.xpath("//figcaption")][:2] == ["Types", "Decades"]
    for picture in root.xpath("//figure"):
        bars = len(picture.xpath(".//*[local-name()='rect']"))
        assert bars == len(picture.xpath(".//table//tr"))


def closed(folder: Path, until: str) -> Path:
    """A letter of which one part is restricted."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "letter.txt").write_text("The plates have come.")
    (folder / "note.txt").write_text("Zobelpelz and Quillfeder.")
    access = f"{{status: restricted, until: {until}, rule: Donor agreement}}"
    (folder / "record.yaml").write_text(
        "{id: secret, type: letter, title: On plates, parts: [{id: a, kind: original, file: "
        "letter.txt}, {id: b, kind: enclosure, title: On Quillfeder, file: note.txt, access: "
        f"{access}}}]}}\n"
    )
    return folder


def test_the_index_for_the_public_has_nothing_of_what_it_may_not_see(tmp_path: Path) -> None:
    source, shelf = closed(tmp_path / "secret", "2090-01-01"), make_shelf(tmp_path / "shelf")
    build_package(source, shelf.root)
    bring(shelf)
    assert found(shelf, "plates") == ["secret"]
    assert found(shelf, "Zobelpelz") == []
    file = index_path(shelf)
    assert b"uillfeder" not in file.read_bytes()
    with Index(shelf) as index:
        assert index.cut == 1
    bring(shelf, audience="internal")
    with Index(shelf, "internal") as index:
        assert index.find(Query(("Zobelpelz",)))[0] == 1
        assert index.cut == 0
    assert index_path(shelf, "internal").stat().st_mode & 0o077 == 0


def test_what_is_restricted_later_leaves_no_word_in_the_index(tmp_path: Path) -> None:
    source, shelf = closed(tmp_path / "secret", "2001-01-01"), make_shelf(tmp_path / "shelf")
    build_package(source, shelf.root)
    bring(shelf)
    assert found(shelf, "Zobelpelz") == ["secret"]
    assert b"zobelpelz" in index_path(shelf).read_bytes()
    build_package(closed(source, "2090-01-01"), shelf.root, replace=True)
    assert bring(shelf) == ["indexed"]
    assert found(shelf, "Zobelpelz") == []
    assert b"zobelpelz" not in index_path(shelf).read_bytes()
    assert bring(shelf) == ["unchanged"]


def test_a_part_is_indexed_from_the_day_on_which_it_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, shelf = closed(tmp_path / "secret", "2020-01-01"), make_shelf(tmp_path / "shelf")
    build_package(source, shelf.root)
    with monkeypatch.context() as before:
        before.setattr(
            "archive_pkg.packages.access.decision.judged_on", lambda on=None: date(2019, 12, 31)
        )
        bring(shelf)
        assert found(shelf, "Zobelpelz") == []
    assert bring(shelf) == ["indexed"]
    assert found(shelf, "Zobelpelz") == ["secret"]
