"""The forms of the review are derived from the models: each value can be entered and is kept."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import html
from starlette.testclient import TestClient

from archive_pkg.messages import within
from archive_pkg.records import Record, load_record
from archive_pkg.reports import Report
from archive_pkg.web.review import OpenedFolder, Review, Reviewer
from archive_pkg.web.review.cards import LISTS, addable, cards
from archive_pkg.web.review.inputs import inputs, proposed, value_at, with_values
from strategies import records
from typed import content, elements, present, strings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archive_pkg.web.review.inputs import Input

DOCUMENTS = Path(__file__).parents[1] / "fixtures" / "documents"
RECORDS = {folder.name: load_record(folder) for folder in sorted(DOCUMENTS.iterdir())}


def entered(form: Iterable[Input]) -> dict[str, Any]:
    """Return what the page sends if nothing is changed in a form."""
    values: dict[str, Any] = {}
    for one in form:
        keys = [key for key in one.rows if key != "*"]
        if one.kind == "items":
            values[one.name] = keys
        elif one.kind != "group":
            values[one.name] = one.value
        for key in keys:
            values |= entered(one.rows[key])
    return values


def loses_nothing(record: Record) -> None:
    for card in cards(record, Report()):
        if card.editable:
            plain = value_at(record.as_json(), card.field)
            values = entered(inputs(record, card.field))
            made = with_values(plain, values, inputs(record, card.field, values))
            assert Record.model_validate(
                record.as_json() | with_item(record, card.field, made)
            ) == (record)


def with_item(record: Record, field: str, value: Any) -> dict[str, Any]:
    """Return a field of a record in which a statement has another value."""
    name, _, item = field.partition(".")
    if not item:
        return {name: value}
    items, old = record.as_json()[name], value_at(record.as_json(), field)
    return {name: [value if each == old else each for each in items]}


@pytest.mark.parametrize("name", RECORDS)
def test_a_form_that_is_saved_unchanged_keeps_every_value(name: str) -> None:
    loses_nothing(RECORDS[name])


@given(records())
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
def test_a_form_of_any_record_that_is_saved_unchanged_keeps_every_value(record: Record) -> None:
    loses_nothing(record)


def test_every_empty_field_and_every_list_of_a_record_can_be_entered() -> None:
    record = RECORDS["telegram"]
    made = cards(record, Report())
    reachable = {card.field.partition(".")[0] for card in made} | {
        path.rstrip(".") for path in addable(made)
    }
    own = {"id", "version", "supersedes", "evidence", "own_type", "translation_notes"}
    assert set(Record.model_fields) - reachable <= own
    assert LISTS.keys() - own <= {path.rstrip(".") for path in addable(made)}
    assert all(inputs(record, path) for path in addable(made))


def test_the_words_of_a_choice_are_those_of_its_field() -> None:
    with within("de"):
        named = {one.name: dict(one.choices) for one in inputs(RECORDS["telegram"], "recorded")}
        (kind,) = inputs(RECORDS["telegram"], "type")
    assert (named["kind"]["other"], named["calendar"]["other"]) == ("anderes", "anderer")
    assert dict(kind.choices)["other"] == "Dokument"


class Tab:
    """The page of one record, and what its forms send."""

    def __init__(self, folder: Path) -> None:
        review = Review(OpenedFolder(folder), Reviewer("Jane Doe", confirmed=True))
        self.client = TestClient(review.app(), base_url="http://127.0.0.1:8000")
        (self.key,) = review.folder.editors()
        self.file = folder / "record.yaml"
        self.show()

    def show(self, field: str = "") -> dict[str, Any]:
        """Load the page with the form of a field; return its values as the page sends them."""
        self.page = html.fromstring(
            self.client.get(f"/letters/{self.key}", params={"edit": field}).text
        )
        (self.seen,) = strings(self.page, "//header/@data-seen")
        values: dict[str, Any] = {}
        for each in elements(self.page, "//article//form//*[@name][not(ancestor::template)]"):
            name = present(each.get("name"))
            if each.get("data-items") is not None:
                values[name] = strings(each, "./fieldset/@data-item")
            elif each.get("data-many") is not None:
                values.setdefault(name, [])
                values[name] += [each.get("value")] if each.get("checked") is not None else []
            elif each.tag == "select":
                chosen = strings(each, "./option[@selected]/@value") or strings(
                    each, "./option/@value"
                )
                values[name] = chosen[0]
            else:
                values[name] = each.text if each.tag == "textarea" else each.get("value")
        return values

    def save(self, field: str, values: dict[str, Any]) -> int:
        asked = {"seen": self.seen, "field": field, "values": values}
        answer = self.client.post(f"/letters/{self.key}/correct", json=asked)
        self.page = html.fromstring(answer.text)
        (self.seen,) = strings(self.page, "//header/@data-seen")
        return answer.status_code

    @property
    def record(self) -> Record:
        return load_record(self.file)


@pytest.fixture
def tab(tmp_path: Path) -> Tab:
    folder = tmp_path / "doc"
    folder.mkdir()
    (folder / "record.yaml").write_text(RECORD)
    return Tab(folder)


RECORD = """\
id: doc
type: aide-memoire
own_type: {label: Aide-mémoire, definition: A note left after a talk., like: note}
title: Aide-mémoire on transit
date: 1962-03-01
holdings:
- repository: State Archive
  levels: [{name: fond, value: "5"}, {name: opis, value: "49"}, {name: delo, value: "327"}]
publications:
- citation: Documents on Transit, 1990
items:
- {id: berlin, title: Berlin, number: "1"}
agents:
- {id: lind, name: "Lind, A.", kind: person}
"""


def test_levels_of_a_holding_are_added_changed_and_removed(tab: Tab) -> None:
    values = tab.show("holdings.0")
    assert values["levels"] == ["0", "1", "2"]
    values |= {"levels.1.value": "50", "levels": ["0", "1", "new1"]}
    values |= {"levels.new1.name": "list", "levels.new1.value": "12"}
    assert tab.save("holdings.0", values) == 200
    (holding,) = tab.record.holdings
    levels = [(level.name, level.value) for level in holding.levels]
    assert levels == [("fond", "5"), ("opis", "50"), ("list", "12")]
    assert tab.save("holdings.0", values | {"levels": []}) == 200
    assert tab.record.holdings[0].levels == ()


def test_an_incomplete_item_of_a_list_is_refused_and_stays_in_the_form(tab: Tab) -> None:
    before = tab.file.read_bytes()
    values = tab.show("holdings.0") | {"levels": ["2", "new1"], "levels.new1.name": "list"}
    assert tab.save("holdings.0", values | {"levels.new1.value": ""}) == 422
    assert tab.file.read_bytes() == before
    assert strings(tab.page, "//*[@data-items]/*/@data-item") == ["2", "new1"]
    assert strings(tab.page, "//input[@name='levels.new1.name']/@value") == ["list"]
    assert "value" in content(elements(tab.page, "//form//*[@class='findings']")[0])


@pytest.mark.parametrize("levels", ["0", 5, [1], {"0": "x"}, None])
def test_values_of_a_wrong_type_are_refused(tab: Tab, levels: object) -> None:
    asked = {"seen": tab.seen, "field": "holdings.0", "values": {"levels": levels}}
    assert tab.client.post(f"/letters/{tab.key}/correct", json=asked).status_code == 400
    asked |= {"field": "custody", "values": {"self": ["kept"]}}
    assert tab.client.post(f"/letters/{tab.key}/correct", json=asked).status_code == 400


def test_an_item_of_a_list_that_is_left_empty_is_not_added(tab: Tab) -> None:
    values = tab.show("holdings.0")
    values["levels"] += ["new1"]
    assert tab.save("holdings.0", values | {"levels.new1.name": ""}) == 200
    assert len(tab.record.holdings[0].levels) == 3


def test_editors_of_a_publication_can_be_new_agents(tab: Tab) -> None:
    values = tab.show("publications.0")
    values |= {"editors+name": "Moe, B.", "translators": ["lind"]}
    assert tab.save("publications.0", values) == 200
    record = tab.record
    (publication,) = record.publications
    assert record.names(publication.editors) == "Moe, B."
    assert publication.translators == ("lind",)


def test_only_the_citation_is_filled_with_the_selected_words() -> None:
    words = "Documents on Transit, 3 March 1962"
    assert proposed(RECORDS["letter"], "publications.", words) == {"citation": words}


def test_an_agent_in_an_item_of_a_list_can_be_new(tab: Tab) -> None:
    values = {"as_written": "SECRET", "history": ["new1"], "history.new1.action": "declassified"}
    values |= {"history.new1.by+name": "State Archive", "history.new1.by+kind": "organization"}
    assert tab.save("classification", values) == 200
    record = tab.record
    assert record.classification
    (change,) = record.classification.history
    assert change.by
    assert record.agent(change.by).name == "State Archive"


def test_parts_of_a_name_affiliations_and_identifiers_can_be_entered(tab: Tab) -> None:
    tab.save("agents.", {"name": "State Archive", "kind": "organization"})
    values = tab.show("agents.lind")
    values |= {"name_parts.family": "Lind", "name_parts.given": "Anna"}
    values |= {"affiliations": ["state-archive"], "identifiers": ["new1"]}
    values |= {"identifiers.new1.scheme": "orcid", "identifiers.new1.value": "0000-0002-1825-0097"}
    assert tab.save("agents.lind", values) == 200
    agent = tab.record.agent("lind")
    assert agent.name_parts
    assert (agent.name_parts.family, agent.name_parts.given) == ("Lind", "Anna")
    assert agent.affiliations == ("state-archive",)
    assert agent.identifiers[0].value == "0000-0002-1825-0097"


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("identifiers.", {"scheme": "local", "value": "AZ 17"}),
        ("participants.", {"agent": "lind", "part": ["chair", "speaker"]}),
        ("enclosures.", {"title": "Draft", "number": "1", "date.edtf": "1962-02"}),
        ("items.", {"title": "Transit", "number": "2"}),
        ("relations.", {"kind": "reply-to", "title": "A note"}),
        ("publications.", {"citation": "Edition", "date.edtf": "1990"}),
        ("events.", {"type": "digitization", "date.edtf": "1999"}),
        ("parts.", {"kind": "original", "held": "false", "languages": "ru\nde"}),
        ("mentioned_places.", {"name": "Berlin"}),
        ("subjects.", {"term": "Transit"}),
        ("number", {"self": "17"}),
        ("received", {"edtf": "1962-03-02", "place.name": "Bonn"}),
        ("copies_to", {"self": ["lind"]}),
    ],
)
def test_items_of_every_empty_list_can_be_added_and_removed(
    tab: Tab, path: str, values: dict[str, Any]
) -> None:
    tab.show(path)
    assert elements(tab.page, f"//article[@data-field='{path}']//form")
    assert tab.save(path, values) == 200
    name = path.rstrip(".")
    made = getattr(tab.record, name)
    assert made
    if path.endswith("."):
        field = f"{name}.{getattr(made[-1], 'id', len(made) - 1)}"
        asked = {"seen": tab.seen, "field": field}
        assert tab.client.post(f"/letters/{tab.key}/remove", json=asked).status_code == 200
        assert len(getattr(tab.record, name)) == len(made) - 1


def test_the_type_is_chosen_from_the_vocabulary_and_the_records_own_types(tab: Tab) -> None:
    tab.show("type")
    choices = strings(tab.page, "//select[@name='self']/option/@value")
    assert {"letter", "minutes", "aide-memoire"} < set(choices)
    assert strings(tab.page, "//select[@name='self']/option[@selected]/@value") == ["aide-memoire"]
    assert tab.save("own_type", tab.show("own_type") | {"label": "Aide mémoire"}) == 200
    assert tab.record.document_type.label == "Aide mémoire"
    assert tab.save("type", {"self": "note"}) == 200
    assert (tab.record.type, tab.record.own_type) == ("note", None)


def test_an_excerpt_can_be_yes_no_or_not_stated(tab: Tab) -> None:
    for word, value in (("true", True), ("false", False)):
        assert tab.save("excerpt", {"self": word}) == 200
        assert tab.record.excerpt is value
        assert tab.show("excerpt")["self"] == word
    assert tab.save("excerpt", {"self": ""}) == 200
    assert tab.record.excerpt is None


def test_a_value_keeps_its_line_breaks(tab: Tab) -> None:
    tab.file.write_text(RECORD + "closing: |-\n  With respect,\n  your friend\n")
    values = tab.show("closing")
    assert elements(tab.page, "//form//textarea[@name='self']")
    assert tab.save("closing", values) == 200
    assert tab.record.closing == "With respect,\nyour friend"


def test_selected_words_become_the_place_of_a_new_item(tmp_path: Path) -> None:
    folder = tmp_path / "doc"
    shutil.copytree(DOCUMENTS / next(n for n in RECORDS if RECORDS[n].type == "minutes"), folder)
    tab = Tab(folder)
    asked = {"seen": tab.seen, "field": "items.", "values": {"title": "Other"}, "at": "0:0:7"}
    assert tab.client.post(f"/letters/{tab.key}/correct", json=asked).status_code == 200
    assert tab.record.items[-1].at
