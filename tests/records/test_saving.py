"""Saved records load equal, and saving changes only what must change in a file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.records.loading import load_record, read_record
from archive_pkg.records.models import (
    Agent,
    Classification,
    Date,
    Part,
    Place,
    Record,
    Subject,
    Summary,
)
from archive_pkg.records.saving import as_yaml, save_record, updated_yaml
from archive_pkg.records.yaml import writing
from archive_pkg.records.yaml.patching import patch
from archive_pkg.records.yaml.reading import read_yaml
from typed import present

HERE = Path(__file__).parent
ODD = HERE.parent / "fixtures" / "records" / "odd-style.yaml"
SEED = HERE.parents[1] / "records" / "1960-07-18-cpsu-to-sed" / "record.yaml"
# Comments that stay when values change.
COMMENTS = {
    ODD: [
        "# above type",
        "# the very last",
        "# b comes second",
        "# the last part",
        "# in brackets",
    ],
    SEED: ["# BGN/PCGN and ALA-LC romanise", "# Neither when nor by whom is said."],
}
FILES = list(COMMENTS)

anything = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=120
)
tricky = st.sampled_from(
    [
        "no", "Yes", "null", "~", "1960-07-18", "012", "1e3", "0x1F", "12:30:45", "1_000", ".5",
        "true", "a: b", "a #b", "- a", "? a", "[a]", "{a}", "&a", "*a", "!a", "%a", "@a", "`a`",
        "'", '"', "\\", "a:", "#", "a\nb", "\n a", " a", "a ", "=", "<<", "|", ">", "---", "...",
        "a\u2028b", "a\u00a0b", "\ufeff", "😀", "ложном", "e\u0301", "x" * 200, "a\tb", "\ta",
        "line that is long\n" * 8, "line that is long\n\n" * 8, "  indented line\nand " * 8,
        "# no remark\n" * 10, "--- \nlong enough to be more than seventy-two characters " * 3,
    ]
)  # fmt: skip
texts = (anything | tricky).filter(lambda text: text.strip() != "")
ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,5}x", fullmatch=True)
dates = st.builds(
    Date,
    edtf=st.sampled_from(["1960-07-18", "1960", "196X", "[1959..1961]", "1959/.."]),
    as_written=st.none() | texts,
)


@st.composite
def records(draw: st.DrawFn) -> Record:
    names = draw(st.lists(ids, unique=True, max_size=4))
    part_names = draw(st.lists(ids, unique=True, max_size=3))
    some = st.lists(st.sampled_from(names), unique=True, max_size=3) if names else st.just([])
    parts = [
        Part(
            id=name,
            kind="original",
            held=False,
            title=draw(st.none() | texts),
            made_from=part_names[:n],
        )
        for n, name in enumerate(part_names)
    ]
    return Record(
        id=draw(ids),
        type="letter",
        title=draw(texts),
        version=draw(st.integers(1, 3)),
        sender=tuple(draw(some)),
        variant_titles=tuple(draw(st.lists(texts, max_size=3))),
        date=draw(st.none() | dates),
        place=draw(st.none() | st.builds(Place, name=texts, as_written=st.none() | texts)),
        classification=draw(st.none() | st.builds(Classification, as_written=texts)),
        summary=draw(st.none() | st.builds(Summary, text=texts)),
        subjects=tuple(Subject(term=term) for term in draw(st.lists(texts, max_size=2))),
        parts=tuple(parts),
        agents=tuple(
            Agent(id=name, name=draw(texts), kind="person", note=draw(st.none() | texts))
            for name in names
        ),
    )


@settings(max_examples=40)
@given(records())
def test_a_record_written_as_yaml_is_read_back_equal(record: Record) -> None:
    again, report = read_record(as_yaml(record).encode())
    assert report.ok, report.as_json()
    assert again == record


@given(texts)
def test_pyyaml_reads_the_same_text_as_our_reader(text: str) -> None:
    """Compare the safe loader of PyYAML, which reads YAML 1.1, with our own reader."""
    written = writing.document({"text": text, "items": [text, text], "map": {"x": text}})
    meant = {"text": text, "items": [text, text], "map": {"x": text}}
    assert yaml.safe_load(written) == meant
    tree = read_yaml(written, "x")
    assert tree.report.ok
    assert present(tree.root).plain == meant


def test_ruamel_reads_the_same_text_by_yaml_1_2() -> None:
    from ruamel.yaml import YAML

    for text in [
        "no",
        "012",
        "0o17",
        "1e3",
        "1960-07-18",
        ".inf",
        "~",
        "a: b",
        "x\u2028y",
        "\u0085x",
    ]:
        assert YAML(typ="safe", pure=True).load(writing.document({"a": text})) == {"a": text}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_saving_what_was_loaded_changes_nothing(tmp_path: Path, file: Path) -> None:
    path = tmp_path / "record.yaml"
    shutil.copy(file, path)
    before = path.stat()
    save_record(load_record(path), tmp_path)
    assert path.read_bytes() == file.read_bytes()
    assert path.stat().st_ino == before.st_ino


def test_saving_changes_only_the_changed_value(tmp_path: Path) -> None:
    path = tmp_path / "record.yaml"
    shutil.copy(ODD, path)
    record = load_record(path)
    save_record(record.model_copy(update={"date": Date(edtf="1960-07")}), path)
    assert path.read_text() == ODD.read_text().replace("date: 1960 ", 'date: "1960-07" ')


def test_a_comment_stays_on_its_line_when_a_value_becomes_a_group_of_fields(tmp_path: Path) -> None:
    path = tmp_path / "record.yaml"
    shutil.copy(ODD, path)
    record = load_record(path)
    words = "A line that is rather long, as words about dates are at times\nand another one"
    save_record(record.model_copy(update={"date": Date(edtf="1960", as_written=words)}), path)
    assert "date:   # only a year\n  edtf: " in path.read_text()
    assert present(load_record(path).date).as_written == words


def test_comments_in_brackets_are_kept_when_the_list_changes(tmp_path: Path) -> None:
    path = tmp_path / "record.yaml"
    shutil.copy(ODD, path)
    record = load_record(path)
    save_record(record.model_copy(update={"recipients": ("b",)}), path)
    assert "recipients: [b]  # in brackets\n" in path.read_text()
    assert load_record(path).recipients == ("b",)


def test_new_keys_are_added_in_the_order_of_the_models(tmp_path: Path) -> None:
    path = tmp_path / "record.yaml"
    path.write_text(
        "id: a # the id\ntype: letter\n# about the title\ntitle: A\n\nrights:\n  statement: None\n"
    )
    record = load_record(path)
    save_record(record.model_copy(update={"version": 2, "donor": None, "custody": "no"}), path)
    assert path.read_text() == (
        "id: a # the id\nversion: 2\ntype: letter\n# about the title\ntitle: A\n"
        'custody: "no"\n\nrights:\n  statement: None\n'
    )


def test_items_move_with_the_comments_above_them(tmp_path: Path) -> None:
    path = tmp_path / "record.yaml"
    shutil.copy(ODD, path)
    record = load_record(path)
    save_record(record.model_copy(update={"parts": (record.parts[0], record.parts[2])}), path)
    assert "    # the last part\n\n    - kind: summary\n" in path.read_text()
    assert "id: q" not in path.read_text()


def test_line_endings_and_byte_order_mark_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "record.yaml"
    path.write_bytes(b"\xef\xbb\xbfid: a\r\ntype: letter\r\ntitle: A")
    record = load_record(path)
    save_record(record.model_copy(update={"place": Place(name="Moscow")}), path)
    assert path.read_bytes() == (
        b"\xef\xbb\xbfid: a\r\ntype: letter\r\ntitle: A\r\nplace:\r\n  name: Moscow"
    )


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
@settings(max_examples=25)
@given(data=st.data())
def test_any_change_is_written_and_comments_stay(file: Path, data: st.DataObject) -> None:
    text = file.read_text("utf-8")
    record = load_record(file)
    update = data.draw(
        st.fixed_dictionaries(
            {},
            optional={
                "title": texts,
                "version": st.integers(1, 9),
                "date": dates,
                "received": st.none() | dates,
                "salutation": texts,
                "custody": st.none() | texts,
                "variant_titles": st.lists(texts, max_size=4).map(tuple),
                "sender": st.permutations(record.sender).map(tuple),
                "recipients": st.permutations(record.recipients).map(tuple),
                "subjects": st.lists(st.builds(Subject, term=texts), max_size=3).map(tuple),
                "place": st.builds(Place, name=texts, as_written=st.none() | texts),
                "mentioned_places": st.lists(
                    st.builds(Place, name=texts, as_written=st.none() | texts),
                    min_size=3,
                    max_size=5,
                ).map(tuple),
                "agents": st.permutations(record.agents).map(tuple),
                "parts": st.permutations(record.parts).map(tuple),
                "enclosures": st.permutations(record.enclosures).map(tuple),
                "translation_notes": st.permutations(record.translation_notes).map(tuple),
            },
        )
    )
    changed = Record.model_validate(record.model_copy(update=update).model_dump())
    written = updated_yaml(changed, text)
    again, report = read_record(written.encode())
    assert report.ok, report.as_json()
    assert again == changed
    assert updated_yaml(changed, written) == written
    assert all(comment in written for comment in COMMENTS[file])


@settings(max_examples=30)
@given(records(), records())
def test_any_record_can_be_saved_over_any_other_record(one: Record, other: Record) -> None:
    written = updated_yaml(other, as_yaml(one))
    assert read_record(written.encode())[0] == other


def test_a_record_is_saved_as_json_and_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    save_record(load_record(SEED), path)
    assert load_record(path) == load_record(SEED)
    save_record(load_record(ODD), path)
    assert load_record(path) == load_record(ODD)


def test_a_json_file_with_the_same_content_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_text('{"title":"A",  "id":"a", "type":"letter", "version": 1}')
    save_record(load_record(path), path)
    assert path.read_text().startswith('{"title":"A",  "id"')


def test_the_target_of_a_link_to_a_record_is_written(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real = tmp_path / "real" / "record.yaml"
    real.write_text("id: a\ntype: letter\ntitle: A\n")
    link = tmp_path / "record.yaml"
    link.symlink_to(real)
    save_record(load_record(link).model_copy(update={"title": "B"}), link)
    assert link.is_symlink()
    assert real.read_text() == "id: a\ntype: letter\ntitle: B\n"


def test_a_dangling_link_is_replaced_by_the_record(tmp_path: Path) -> None:
    record = load_record(b"id: a\ntype: letter\ntitle: B\n")
    for target in ("record.yaml", "nowhere.yaml"):
        link = tmp_path / "record.yaml"
        link.unlink(missing_ok=True)
        link.symlink_to(tmp_path / target)
        save_record(record, link)
        assert load_record(link) == record


def test_saving_keeps_the_order_of_the_keys_in_json(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_text('{"title": "A", "id": "a", "type": "letter"}')
    record = load_record(path)
    save_record(record.model_copy(update={"version": 2}), path)
    assert path.read_text() == (
        '{\n  "title": "A",\n  "id": "a",\n  "type": "letter",\n  "version": 2\n}\n'
    )


def test_an_invalid_file_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "record.yaml"
    path.write_text("id: a\ntype: letter\ntitle: A\nmine: my own notes\n")
    record = load_record(b"id: a\ntype: letter\ntitle: B\n")
    with pytest.raises(InvalidError, match="mine"):
        save_record(record, path)
    assert "my own notes" in path.read_text()


def test_an_invalid_record_is_not_written(tmp_path: Path) -> None:
    record = load_record(b"id: a\ntype: letter\ntitle: B\n")
    with pytest.raises(InvalidError, match="nobody"):
        save_record(record.model_copy(update={"sender": ("nobody",)}), tmp_path / "record.yaml")
    assert not list(tmp_path.iterdir())


def test_saving_without_a_folder_or_with_two_record_files_is_refused(tmp_path: Path) -> None:
    record = load_record(b"id: a\ntype: letter\ntitle: B\n")
    with pytest.raises(StorageError):
        save_record(record, tmp_path / "absent" / "record.yaml")
    (tmp_path / "record.yaml").write_text("")
    (tmp_path / "record.json").write_text("")
    with pytest.raises(InvalidError, match="and"):
        save_record(record, tmp_path)


def test_several_keys_of_a_list_item_can_be_removed_together() -> None:
    text = "agents:\n- name: A  # a\n  kind: person  # b\n  id: x  # c\n  note: d\n"
    root = read_yaml(text, "").root
    assert root is not None
    data = {"agents": [{"id": "x"}]}
    assert patch(text, root, data, data) == "agents:\n- id: x  # c\n"
