"""The index finds exactly what the packages contain, and can always be rebuilt."""

from __future__ import annotations

import json
import shutil
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from archive_pkg import cli
from archive_pkg.collection import (
    Collection,
    Done,
    Index,
    Options,
    Query,
    build_many,
    executor_for,
    find_records,
    make_collection,
    refresh,
)
from archive_pkg.collection.index.passages import passages
from archive_pkg.collection.index.queries import index_path
from archive_pkg.errors import StorageError, UsageError
from archive_pkg.packages import build_package
from program import Letters, Run


def build(source: Path, out: Path, **options: Any) -> Collection:
    collection = make_collection(out)
    build_many(
        find_records([source]),
        collection,
        lambda done: None,
        executor=partial(executor_for, 1),
        options=Options(date(2026, 11, 24), **options),
    )
    return collection


@pytest.fixture
def collection(letters: Letters, letter: Path, tmp_path: Path) -> Collection:
    letters(12)
    shutil.copytree(letter, tmp_path / "letters" / letter.name)
    return build(tmp_path / "letters", tmp_path / "collection")


def bring(collection: Collection, **given: Any) -> list[str]:
    outcomes: list[str] = []
    refresh(
        collection,
        lambda done: outcomes.append(done.outcome),
        executor=partial(executor_for, 1),
        **given,
    )
    return sorted(outcomes)


def found(collection: Collection, *words: str, **query: str) -> list[str]:
    with Index(collection) as index:
        count, hits = index.find(Query(words, **query))
    assert count == len(hits)
    return [hit.id for hit in hits]


def test_packages_are_found_by_agent_date_classification_and_words(collection: Collection) -> None:
    first = "1960-07-18-cpsu-to-sed"
    with pytest.raises(StorageError, match="missing or incomplete"):
        found(collection)
    assert bring(collection) == ["indexed"] * 13
    assert found(collection, "lozhnom") == [first]
    assert found(collection, "Lozh*", "polozhenii") == [first]
    assert found(collection, who="khrushchev") == [first]
    assert found(collection, classification="completely secret") == [first]
    assert found(collection, who="khrushchev", since="1960-07", until="1960") == [first]
    assert found(collection, who="khrushchev", since="1961") == []
    assert found(collection, who="khrushchev", until="1960-07-17") == []
    assert len(found(collection)) == 13
    # No word is read as an operator, and accents do not matter.
    for odd in ('"', "AND", "who:x", "(", "*", "a OR b", "'; DROP TABLE packages"):
        found(collection, odd)
    assert found(collection, "grusse") == found(collection, "Grüsse")
    assert found(collection, "ПИСЬМО") == found(collection, "письмо") != []
    for since, message in (("long ago", "not a date"), ("1960-13-01", "there is no month 13")):
        with pytest.raises(UsageError, match=message):
            found(collection, since=since)


def test_an_interval_without_an_end_is_found_by_each_date_within_it(tmp_path: Path) -> None:
    made = make_collection(tmp_path / "collection")
    for name, written in (("from", "1960/.."), ("to", "../1960"), ("undated", None)):
        record = tmp_path / name / "record.yaml"
        record.parent.mkdir()
        date_of = f", date: '{written}'" if written else ""
        record.write_text(f"{{id: {name}, type: letter, title: A{date_of}}}")
        build_package(record.parent, made.root)
    bring(made)
    assert found(made, since="1970") == found(made, since="1970", until="1971") == ["from"]
    assert found(made, until="1950") == ["to"]
    assert sorted(found(made, since="1960", until="1960")) == ["from", "to"]


def test_a_long_text_is_indexed_up_to_its_last_complete_character(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive_pkg.collection.index.refreshing._MOST_TEXT", 3)
    made = make_collection(tmp_path / "collection")
    source = closed(tmp_path / "letter", "2001-01-01")
    (source / "letter.txt").write_text(
        "Aßx писем", encoding="utf-8"
    )  # the 12th byte is in the middle of a character
    build_package(source, made.root)
    bring(made)
    assert found(made, "Aßx") == ["secret"]


def test_only_changed_packages_are_indexed_again(collection: Collection, tmp_path: Path) -> None:
    bring(collection)
    record = tmp_path / "letters" / "00000" / "letter-0000003" / "record.yaml"
    record.write_text(record.read_text().replace("title: Letter,", "title: Zzyzx,"))
    build(tmp_path / "letters", collection.root, replace=True)
    shutil.rmtree(collection.root / "letter-0000004")
    assert bring(collection) == ["gone", "indexed"] + ["unchanged"] * 11
    assert found(collection, "zzyzx") == ["letter-0000003"]
    before = {word: found(collection, word) for word in ("letter", "secret", "the", "moscow")}
    assert bring(collection, rebuild=True) == ["indexed"] * 12
    assert {word: found(collection, word) for word in before} == before
    (collection.own / "index.sqlite").write_bytes(b"no index" * 999)
    assert bring(collection) == ["indexed"] * 12


def test_an_index_with_mostly_removed_packages_is_rebuilt(
    collection: Collection, tmp_path: Path
) -> None:
    assert bring(collection) == ["indexed"] * 13
    for package in list(collection.packages()):
        shutil.rmtree(package)
    build(tmp_path / "letters", collection.root, audience="public")
    assert bring(collection) == ["gone"] * 13 + ["indexed"] * 13
    assert bring(collection) == ["indexed"] * 13
    assert bring(collection) == ["unchanged"] * 13
    assert len(found(collection)) == 13


def test_an_interrupted_index_is_incomplete_and_is_resumed(
    collection: Collection,
) -> None:
    def stop_after_five(_: Done, seen: list[int] = []) -> None:  # noqa: B006 - counted in it
        seen.append(1)
        if len(seen) == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        refresh(collection, stop_after_five, executor=partial(executor_for, 1))
    with pytest.raises(StorageError, match="missing or incomplete"):
        found(collection)
    outcomes = bring(collection)
    assert outcomes.count("unchanged") >= 5
    assert len(outcomes) == 13
    assert len(found(collection)) == 13


def test_a_damaged_index_is_reported_and_rebuilt(collection: Collection) -> None:
    bring(collection)
    path = index_path(collection)
    data = path.read_bytes()
    for at in (4096, 8192):  # the tables of packages and of words
        path.write_bytes(data[:at] + bytes(len(data) - at))
        with pytest.raises(StorageError, match="cannot be read: ") as caught:
            found(collection, "lozhnom")
        assert "--refresh" in caught.value.hint
    assert bring(collection) == ["indexed"] * 13
    assert found(collection, "lozhnom") == ["1960-07-18-cpsu-to-sed"]


def test_more_hits_than_are_ranked_are_sorted_by_date(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(collection)
    ranked = found(collection, "the")
    monkeypatch.setattr("archive_pkg.collection.index.queries._RANKED", 5)
    by_date = found(collection, "the")
    assert sorted(by_date) == sorted(ranked)
    with Index(collection) as index:
        _, hits = index.find(Query(("the",)))
    assert [hit.date for hit in hits] == sorted(hit.date for hit in hits)


def test_the_number_of_word_tables_does_not_change_the_hits(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[tuple[str, ...], dict[str, str]]] = [
        (("for",), {}),
        (("t*",), {}),
        (("th*", "of"), {"since": "1930"}),
        (("letter ilja",), {}),
        (("letter il*",), {"until": "1970"}),
        ((), {"who": "a*", "classification": "secret"}),
        (("nowhere to be found",), {}),
    ]

    def answers() -> list[list[str]]:
        bring(collection, rebuild=True)
        return [sorted(found(collection, *words, **query)) for words, query in asked]

    together = answers()
    assert [] in together
    assert 0 < len(together[0]) < len(together[1]) == 13
    monkeypatch.setattr("archive_pkg.collection.index.queries._BLOCK", 2)
    assert answers() == together
    with Index(collection) as index:
        count, hits = index.find(Query(("t*",)), most=4)
        everything = index.find(Query(("t*",)))[1]
    assert (count, hits) == (13, everything[:4])


def test_hits_of_a_phrase_are_sorted_by_date(collection: Collection) -> None:
    bring(collection)
    with Index(collection) as index:
        count, hits = index.find(Query(("letter 00*",)))
    assert count == 12
    assert [hit.date for hit in hits] == sorted(hit.date for hit in hits)


def test_an_unreadable_package_is_reported_and_the_others_are_indexed(
    collection: Collection,
) -> None:
    (collection.root / "letter-0000001" / "data" / "record.json").write_text("{")
    assert bring(collection) == ["failed"] + ["indexed"] * 12


def test_stats_counts_what_the_index_contains(collection: Collection) -> None:
    bring(collection)
    with Index(collection) as index:
        counted = index.stats()
    assert counted["packages"] == 13
    assert sum(counted["decades"].values()) + counted["undated"] == 13
    assert counted["types"] == {"letter": 13}
    assert counted["languages"]["en"] == 13
    assert counted["bytes"] > 13 * 300


def test_find_prints_hits_and_stats_prints_counts(
    collection: Collection, capsys: pytest.CaptureFixture[str]
) -> None:
    from archive_pkg import cli

    said = cli.run(["find", str(collection.root), "lozhnom"])
    assert not said
    assert "1 package found" in capsys.readouterr().out
    cli.run(["find", str(collection.root), "--limit", "2", "--json"])
    (answer,) = json.loads(capsys.readouterr().out)["results"]
    assert (answer["count"], len(answer["hits"])) == (13, 2)
    cli.run(["stats", str(collection.root)])
    assert "packages: 13" in capsys.readouterr().out


def test_find_shows_the_words_around_what_it_found(
    collection: Collection, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not cli.run(["find", str(collection.root), "khrushch*", "soviet specialists", "--json"])
    (hit,) = json.loads(capsys.readouterr().out)["results"][0]["hits"]
    first, second = hit["passages"]
    assert "With communist greetings, N. KHRUSHCHEV 18 July 1960" in first + second
    assert "Soviet specialists" in first + second


def test_passages_are_cut_at_spaces_and_have_each_word_once() -> None:
    text = f"{'Before this. ' * 9}Les naïfs et le monument.{' After it.' * 20} Naïfs."
    assert passages([text], ["naïf*", "le monument", "absent"]) == [
        "… this. Before this. Before this. Before this. Les naïfs et le monument. "
        "After it. After it. After it. After it. After it. After it. After it. …"
    ]
    assert passages(["x", "Un mot"], ["naïf"]) == []


def test_stats_writes_a_page_with_charts_and_tables(collection: Collection, tmp_path: Path) -> None:
    page = tmp_path / "stats.html"
    assert cli.run(["stats", str(collection.root), "--html", str(page), "-q"]) == 0
    root = html.fromstring(page.read_bytes())
    assert [title.text for title in root.iter("figcaption")][:2] == ["Types", "Decades"]
    for picture in root.iter("figure"):
        bars = len(picture.findall(".//{*}rect"))
        assert bars == len(picture.findall(".//table//tr"))


def closed(folder: Path, until: str) -> Path:
    """A letter with one restricted part."""
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


def test_the_public_index_has_no_words_of_withheld_parts(tmp_path: Path) -> None:
    source, collection = (
        closed(tmp_path / "secret", "2090-01-01"),
        make_collection(tmp_path / "collection"),
    )
    build_package(source, collection.root)
    bring(collection)
    assert found(collection, "plates") == ["secret"]
    assert found(collection, "Zobelpelz") == []
    file = index_path(collection)
    assert b"uillfeder" not in file.read_bytes()
    with Index(collection) as index:
        assert index.cut == 1
    bring(collection, audience="internal")
    with Index(collection, "internal") as index:
        assert index.find(Query(("Zobelpelz",)))[0] == 1
        assert index.cut == 0
    assert index_path(collection, "internal").stat().st_mode & 0o077 == 0


def test_a_part_that_is_restricted_later_disappears_from_the_index(tmp_path: Path) -> None:
    source, collection = (
        closed(tmp_path / "secret", "2001-01-01"),
        make_collection(tmp_path / "collection"),
    )
    build_package(source, collection.root)
    bring(collection)
    assert found(collection, "Zobelpelz") == ["secret"]
    assert b"zobelpelz" in index_path(collection).read_bytes()
    build_package(closed(source, "2090-01-01"), collection.root, replace=True)
    assert bring(collection) == ["indexed"]
    assert found(collection, "Zobelpelz") == []
    assert b"zobelpelz" not in index_path(collection).read_bytes()
    assert bring(collection) == ["unchanged"]


def test_a_part_is_indexed_from_the_day_on_which_it_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, collection = (
        closed(tmp_path / "secret", "2020-01-01"),
        make_collection(tmp_path / "collection"),
    )
    build_package(source, collection.root)
    with monkeypatch.context() as before:
        before.setattr(
            "archive_pkg.packages.access.visibility.judged_on", lambda on=None: date(2019, 12, 31)
        )
        bring(collection)
        assert found(collection, "Zobelpelz") == []
    assert bring(collection) == ["indexed"]
    assert found(collection, "Zobelpelz") == ["secret"]


@pytest.mark.parametrize("words", [("find",), ("stats",), ("audit", "run"), ("audit", "report")])
def test_commands_for_collections_refuse_a_package_and_do_not_change_it(
    package: Path, run: Run, words: tuple[str, ...]
) -> None:
    before = sorted(package.rglob("*"))
    done = run(*words, package)
    assert done.returncode == 2
    assert "is a package, not a collection" in done.stderr
    assert f"Name the folder that contains it: {package.parent}" in done.stderr
    assert sorted(package.rglob("*")) == before


@pytest.mark.parametrize("words", [("find",), ("stats",), ("audit", "run"), ("audit", "report")])
def test_commands_for_collections_refuse_other_folders_and_do_not_change_them(
    letter: Path, tmp_path: Path, run: Run, words: tuple[str, ...]
) -> None:
    (tmp_path / "empty").mkdir()
    for folder, said in (
        (tmp_path / "empty", "is an empty folder, not a collection"),
        (letter, "is a record, not a collection"),
    ):
        before = sorted(folder.rglob("*"))
        done = run(*words, folder)
        assert done.returncode == 2
        assert said in done.stderr
        assert sorted(folder.rglob("*")) == before
