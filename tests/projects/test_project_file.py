"""The settings that a project file accepts, and the places of its faults."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import get_args

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive_pkg.packages.metadata_documents import DOCUMENTS, chosen
from archive_pkg.projects import Project, ProjectFile, in_toml, read_project, template
from archive_pkg.projects.models import DocumentName
from archive_pkg.projects.toml_positions import toml_tree
from archive_pkg.records.yaml.nodes import Node

FILE = Path("folder/archive-pkg.toml")


def faults(text: str) -> list[tuple[int | None, int | None, str, str]]:
    project, report = read_project(text.encode(), FILE)
    assert project is None
    return [(f.location.line, f.location.column, f.code, f.message) for f in report]


def read(text: str) -> Project:
    project, report = read_project(text.encode(), FILE)
    assert project is not None, [str(finding) for finding in report]
    return project


def test_a_new_project_file_sets_nothing() -> None:
    assert read(template()).settings == ProjectFile()


def test_every_setting_of_a_new_project_file_can_be_uncommented() -> None:
    project = read(re.sub("(?m)^# ", "", template()))
    assert [name for name, value, _ in project.settings_in_use() if value in (None, [])] == []
    assert {name for name, _, line in project.settings_in_use() if not line} == set()


def test_all_faults_are_reported_with_their_places() -> None:
    assert faults(
        """\
publishr = "x"
licence = 4
[institution]
isil = "nothing"
[packages]
metadata = [
  "page",
  "tie",
]
[targets.home]
adress = "ocfl:x"
"""
    ) == [
        (1, 1, "project-key-unknown", "“publishr” is not a setting of a project"),
        (2, 11, "project-value-wrong", "licence is not text"),
        (3, 2, "project-value-wrong", "name is missing"),
        (4, 8, "project-value-wrong", "“nothing” is not an ISIL"),
        (8, 3, "project-value-wrong", "“tie” is not a value of metadata"),
        (10, 10, "project-value-wrong", "address is missing"),
        (11, 1, "project-key-unknown", "“adress” is not a setting of [targets.home]"),
    ]


def test_a_byte_order_mark_and_windows_line_endings_are_accepted() -> None:
    text = "\ufefflicence = 'CC0-1.0'\r\n[site]\r\ntitle = 'x'\r\n"
    assert read(text).settings.site.title == "x"


def test_messages_name_the_types_of_toml() -> None:
    text = "targets = 'x'\ninstitution = 'y'\nvocabularies = 'z'\n[packages]\nmetadata = [1]"
    assert [message for *_, message in faults(text)] == [
        "targets is “x”, not a table",
        "institution is “y”, not a table",
        "vocabularies is “z”, not a list",
        "“1” is not a value of metadata",
    ]


def test_the_hint_for_an_unknown_setting_proposes_a_similar_name() -> None:
    _, report = read_project(b"publishr = 'x'\n[site]\nimprints = 'x'", FILE)
    assert [finding.hint for finding in report] == [
        "Did you mean publisher?",
        "Did you mean imprint?",
    ]


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("[institution\nname = 'x'", (1, 13), "this is not TOML: expected ']'"),
        ("licence = 'a'\nlicence = 'b'", (2, None), "this is not TOML: cannot overwrite a value"),
        ("a = " + "[" * 30_000, (None, None), "the file is nested too deeply"),
        ("a." * 32_000 + "a = 1", (None, None), "the file is nested too deeply"),
        ("a" * 70_000, (None, None), "the file has more than 65,536 bytes"),
    ],
)
def test_a_file_that_is_not_toml_gives_one_finding(
    text: str, place: tuple[int | None, int | None], words: str
) -> None:
    [(line, column, code, message)] = faults(text)
    assert (line, column) == place
    assert code == "project-unreadable"
    assert message.startswith(words)


def test_a_file_that_is_not_in_utf_8_gives_one_finding() -> None:
    _, report = read_project("publisher = 'Ö'".encode("latin-1"), FILE)
    assert [finding.message for finding in report] == ["the file is not in UTF-8"]


@pytest.mark.parametrize("key", ["password", "api_key", "zenodo-token", "secret", "credentials"])
def test_a_key_with_the_name_of_a_secret_is_refused(key: str) -> None:
    for text in (f"{key} = 'hush'", f"[targets.x]\naddress='ocfl:x'\n{key} = 'hush'"):
        [(_, _, code, message)] = faults(text)
        assert code == "project-secret"
        assert "hush" not in message


@pytest.mark.parametrize(
    "address",
    [
        "sword2+https://me:hush@example.org/collection",
        "dataverse+https://example.org/?token=hush",
        "s3://bucket?region=x&secret_access_key=hush",
        "davs://example.org/#;signature=hush&x",
    ],
)
def test_an_address_with_a_secret_is_refused_without_showing_it(address: str) -> None:
    project, report = read_project(f"[targets.x]\naddress = '{address}'".encode(), FILE)
    assert project is None
    [finding] = report
    assert "hush" not in str(finding)
    assert "secret" in finding.message or "password" in finding.message


def test_the_address_of_a_site_with_a_password_is_not_shown() -> None:
    [(_, _, _, message)] = faults("base_url = 'https://me:hush@example.org'")
    assert "hush" not in message


@pytest.mark.parametrize("path", ["../names.yaml", "/etc/names.yaml", "a/../../b", "C:/x", "a\\b"])
def test_a_path_that_leaves_the_project_is_refused(path: str) -> None:
    [(_, _, code, _)] = faults(f"vocabularies = [{json.dumps(path)}]")
    assert code == "project-value-wrong"


def test_the_address_of_a_local_target_must_not_lead_out_of_the_project() -> None:
    [(_, _, _, message)] = faults("[targets.x]\naddress = 'ocfl:../other'")
    assert message == "the address leads out of the project with .."


def test_defaults_need_an_institution_that_supplies_them() -> None:
    [(_, _, _, message)] = faults("[defaults]\noriginal_language = 'ru'")
    assert message == "there are defaults, but no institution that supplies them"
    read("[defaults]")


def test_a_project_cannot_define_a_known_type_again() -> None:
    [(line, _, _, message)] = faults(
        "[types.letter]\nlabel = 'Letter'\ndefinition = 'A letter.'\nlike = 'note'"
    )
    assert (line, message) == (1, "letter is a known type of document")


def test_the_name_of_a_target_is_replaced_by_its_address() -> None:
    project = read(
        "[targets]\n"
        "home.address = 'ocfl:archive'\n"
        "disk.address = 'file:/mnt/out'\n"
        "test.address = 'zenodo-sandbox:'\n"
    )
    assert project.address("home") == f"ocfl:{FILE.parent.absolute()}/archive"
    assert project.address("disk") == "file:/mnt/out"
    assert project.address("test") == "zenodo-sandbox:"
    assert project.address("zenodo:") == "zenodo:"


def test_the_address_of_a_named_target_gets_the_publisher_or_contact_it_requires() -> None:
    project = read(
        "publisher = 'A & B'\n"
        "contact.email = 'a@example.org'\n"
        "[targets]\n"
        "bare.address = 'zenodo:'\n"
        "full.address = 'zenodo:?type=letter&publisher=C'\n"
        "part.address = 'inveniordm+https://example.org?type=letter'\n"
        "data.address = 'dataverse+https://example.org/letters'\n"
    )
    assert project.address("bare") == "zenodo:?publisher=A%20%26%20B"
    assert project.address("full") == "zenodo:?type=letter&publisher=C"
    assert project.address("part").endswith("?type=letter&publisher=A%20%26%20B")
    assert project.address("data").endswith("/letters?contact=a@example.org")


def test_the_project_accepts_the_same_documents_as_the_option() -> None:
    assert set(get_args(DocumentName)) == {*DOCUMENTS, "all"}
    assert chosen(ProjectFile().packages.metadata)


SCHEMA = Path(__file__).parents[2] / "docs" / "reference" / "project.schema.json"


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        (template(), True),
        (re.sub("(?m)^# ", "", template()), True),
        ("publishr = 'x'", False),
        ("licence = 4", False),
        ("[institution]\nisil = 'DE-1'", False),
        ("[institution]\nname = 'x'\nisil = 'nothing'", False),
        ("[packages]\nmetadata = ['tie']", False),
        ("[targets.home]\nadress = 'ocfl:x'", False),
        ("[types.letter]\nlabel = 'x'\ndefinition = 'x'\nlike = 'note'", False),
        ("[targets.'a b']\naddress = 'ocfl:x'", False),
    ],
)
def test_the_published_schema_accepts_what_the_program_accepts(text: str, valid: bool) -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    assert jsonschema.Draft202012Validator(schema).is_valid(tomllib.loads(text)) == valid
    assert (read_project(text.encode(), FILE)[0] is not None) == valid


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
KEYS = st.text("ab\".' ", max_size=3)
VALUES = st.recursive(
    TEXTS | st.integers(-9, 9) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


def plain(node: Node) -> object:
    """Return the structure of a tree, with scalars read by tomllib."""
    if isinstance(node.value, dict):
        return {key: plain(inner) for key, inner in node.value.items()}
    if isinstance(node.value, list):
        return list(map(plain, node.value))
    return tomllib.loads(f"x = {node.value}")["x"]


@settings(max_examples=20)
@given(st.dictionaries(KEYS, st.dictionaries(KEYS, VALUES, max_size=3), max_size=4))
def test_positions_are_found_for_every_value_of_a_file(
    tables: dict[str, dict[str, object]],
) -> None:
    lines = []
    for name, table in tables.items():
        lines.append(f"[{in_toml(name)}] # a ' comment [")
        lines += [f"{in_toml(key)} = {_quoted(value)}" for key, value in table.items()]
    text = "\n".join(lines)
    assert tomllib.loads(text) == tables
    tree = toml_tree(text)
    assert plain(tree) == tables
    for name, table in tables.items():
        inner = below(tree, name)
        for key in table:
            line = lines[inner.keys[key].line]
            assert line[inner.keys[key].column :].startswith(in_toml(key))


def below(node: Node, name: str) -> Node:
    """Return the value of a key in a mapping."""
    assert isinstance(node.value, dict)
    return node.value[name]


def _quoted(value: object) -> str:
    if isinstance(value, dict):
        pairs = (f"{in_toml(key)} = {_quoted(inner)}" for key, inner in value.items())
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, list):
        return f"[{', '.join(map(_quoted, value))}]"
    return in_toml(value)


def test_positions_are_found_in_every_form_of_toml() -> None:
    text = """\
a.b = 1 # one
"c d" = DDD
[not.a.table] \\
"DDD
x = [ # list
  1.5, 1979-05-27 07:32:00,
  { y = 'z' }, [ "]" ],
]
[[many]]
k = SSSa
''SSS
[[many]]
[many.below]
k = true
""".replace("DDD", '"' * 3).replace("SSS", "'" * 3)
    assert plain(toml_tree(text)) == tomllib.loads(text)
    many = below(toml_tree(text), "many").value
    assert isinstance(many, list)
    assert below(many[1], "below").keys["k"].line == 13
