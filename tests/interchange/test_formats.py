"""Every format is valid against its official schema, and gives the same bytes every time."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from examples import (
    BARE,
    BARE_CONTEXT,
    FULL_CONTEXT,
    LEAST_CONTEXT,
    PARTICULARS,
    TEXT,
    bare,
    full,
    talk,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from archive_pkg.errors import UsageError
from archive_pkg.interchange import FORMATS, ExportContext, export, find_format
from archive_pkg.interchange.markup import fit
from archive_pkg.records.models import Record
from official import is_here, official, xml_schema
from strategies import raw_texts, records
from typed import content, elements, strings

SCHEMAS = {
    "datacite": "metadata.xsd",
    "dc": "oai_dc.xsd",
    "mods": "mods-3-4.xsd",
    "tei": "tei_all.rng",
    "cmif": "cmi-customization.rng",
    "ead3": "ead3.xsd",
    "ead2002": "ead.xsd",
    "premis": "premis.xsd",
    "mets": "mets.xsd",
}
NEWER_IN_MODS = ("nameIdentifier", "recordInfoNote")
"""Elements that MODS has since a version after 3.4, whose schema these tests have."""
TEI = "{http://www.tei-c.org/ns/1.0}"
RNG = "{http://relaxng.org/ns/structure/1.0}"


class Schemas:
    """The official schemas. Each is compiled when it is first needed."""

    def __init__(self) -> None:
        self.compiled: dict[str, Any] = {}
        self.tei_names: set[str] = set()

    def of(self, name: str, document: Any) -> Any:
        if name == "tei":
            self._widen({element.tag.rpartition("}")[2] for element in document.iter()})
        if name not in self.compiled:
            path = official(name) / SCHEMAS[name]
            if name == "mets":
                self.compiled[name] = self._mets_with_premis()
            elif path.suffix == ".rng":
                self.compiled[name] = etree.RelaxNG(etree.parse(path))
            else:
                # EAD 2002 imports the XLink schema of METS.
                folder = official("mets") if name == "ead2002" else path.parent
                self.compiled[name] = xml_schema(path, folder, Path(__file__).parent / "schemas")
        return self.compiled[name]

    def _widen(self, names: set[str]) -> None:
        """Compile TEI's schema, without elements that no export uses.

        Compiling the complete schema takes 15 seconds. Without some alternatives the schema is only
        stricter: a document that is valid against it is also valid against the complete one.
        """
        if names <= self.tei_names:
            return
        self.tei_names |= names
        schema = etree.parse(official("tei") / SCHEMAS["tei"])
        for define in schema.iter(f"{RNG}define"):
            elements = define.findall(f"{RNG}element")
            if len(elements) == 1 and elements[0].get("name") not in self.tei_names:
                define[:] = [etree.Element(f"{RNG}notAllowed")]
        self.compiled["tei"] = etree.RelaxNG(schema)

    def _mets_with_premis(self) -> Any:
        """Return METS's schema with the schemas of the documents that METS contains."""
        imports = "".join(
            f'<xs:import namespace="{namespace}" schemaLocation="{path}"/>'
            for namespace, path in (
                ("http://www.loc.gov/METS/", official("mets") / SCHEMAS["mets"]),
                ("http://www.loc.gov/premis/v3", official("premis") / SCHEMAS["premis"]),
            )
        )
        both = f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{imports}</xs:schema>'
        return xml_schema(io.BytesIO(both.encode()), official("mets"))


@pytest.fixture(scope="session")
def assert_valid() -> Any:
    """Return a function that fails with the errors of a document by its official schema."""

    schemas = Schemas()

    def check(name: str, written: bytes) -> None:
        document = etree.fromstring(written)
        if name == "mods":
            for mods in document.iter("{*}mods"):
                mods.set("version", "3.4")
            etree.strip_elements(document, *(f"{{*}}{newer}" for newer in NEWER_IN_MODS))
        schema = schemas.of(name, document)
        assert schema.validate(document), f"{schema.error_log}\n{written.decode()}"

    return check


@pytest.mark.parametrize("name", SCHEMAS)
@pytest.mark.parametrize(
    ("record", "context"),
    [
        (full(), FULL_CONTEXT),
        (bare(), BARE_CONTEXT),
        (full(), BARE_CONTEXT),
        (talk(), BARE_CONTEXT),
        (Record.model_validate(BARE | PARTICULARS), BARE_CONTEXT),
    ],
    ids=["full", "bare", "full-without-files", "talk", "particulars"],
)
def test_a_full_and_a_bare_record_are_valid_in_each_format(
    name: str, record: Record, context: ExportContext, assert_valid: Any
) -> None:
    if name == "cmif" and context is BARE_CONTEXT:
        context = LEAST_CONTEXT
    if find_format(name).takes(record):
        assert_valid(name, export(name, record, context))


@pytest.mark.parametrize(
    ("record", "context"),
    [
        (full(), FULL_CONTEXT),
        (bare(), BARE_CONTEXT),
        (Record.model_validate(BARE | PARTICULARS), BARE_CONTEXT),
    ],
    ids=["full", "bare", "particulars"],
)
def test_datacite_json_is_valid(record: Record, context: ExportContext) -> None:
    schema = json.loads((official("datacite-json") / "datacite-v4.5.json").read_text("utf-8"))
    definitions = schema["definitions"]
    definitions["contributorType"]["enum"].append("Translator")  # in 4.6
    definitions["relationType"]["enum"] += ["IsTranslationOf", "Other"]  # in 4.6 and 4.7
    related = schema["properties"]["relatedItems"]["items"]["properties"]
    related["relationTypeInformation"] = {"type": "string"}  # in 4.7
    written = json.loads(export("datacite-json", record, context))
    jsonschema.Draft201909Validator(schema).validate(written)


def test_mets_refers_to_premis_in_the_same_folder(assert_valid: Any) -> None:
    premis = export("premis", full(), FULL_CONTEXT)
    beside = replace(FULL_CONTEXT, beside={"premis.xml": premis})
    written = export("mets", full(), beside)
    assert_valid("mets", written)
    [reference] = etree.fromstring(written).iter("{*}mdRef")
    assert reference.get("{http://www.w3.org/1999/xlink}href") == "premis.xml"
    assert reference.get("CHECKSUM") == hashlib.sha256(premis).hexdigest()
    assert b"<event>" not in written
    assert b"<event>" in export("mets", full(), FULL_CONTEXT)


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(record=records(), data=st.data())
def test_any_record_gives_the_same_valid_document_twice_in_every_format(
    record: Record, data: st.DataObject, assert_valid: Any
) -> None:
    texts = {part.id: data.draw(raw_texts) for part in record.parts if part.is_text}
    context = replace(LEAST_CONTEXT, texts=texts, year=2026)
    for name, chosen in FORMATS.items():
        if not chosen.takes(record):
            continue
        written = export(name, record, context)
        assert written == export(name, record, context)
        if name in SCHEMAS and is_here(name) and (name != "mets" or is_here("premis")):
            assert_valid(name, written)
        elif chosen.is_xml:
            etree.fromstring(written)
        elif "json" in chosen.media_type:
            json.loads(written)
        else:
            written.decode("utf-8")


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(record=records(), data=st.data())
def test_tei_contains_every_character_of_the_text(record: Record, data: st.DataObject) -> None:
    texts = {part.id: data.draw(raw_texts) for part in record.parts if part.is_text}
    written = etree.fromstring(export("tei", record, ExportContext(texts=texts)))
    for part in record.parts:
        if part.id not in texts:
            continue
        text = texts[part.id]
        [division] = elements(written, f"//*[@xml:id='part-{part.id}']")
        start, end = (part.span.start, part.span.end) if part.span else (0, len(text))
        found = content(division)
        assert "".join(found.split()) == "".join(fit(text[start:end]).split())


def test_tei_keeps_a_line_with_only_a_control_character() -> None:
    record = full()
    name = next(part.id for part in record.parts if part.is_text)
    written = etree.fromstring(export("tei", record, ExportContext(texts={name: "\x1f"})))
    assert [sign.get("n") for sign in written.iter(f"{TEI}g")] == ["U+001F"]


def test_tei_marks_zones_and_notes_at_their_places() -> None:
    written = etree.fromstring(export("tei", full(), FULL_CONTEXT))
    [division] = written.iter(f"{TEI}div")
    assert [child.tag.removeprefix(TEI) for child in division] == ["opener", "p", "closer"]
    opener, paragraph, closer = division
    assert [child.tag.removeprefix(TEI) for child in opener] == [
        "seg",
        "dateline",
        "address",
        "salute",
    ]
    assert [child.tag.removeprefix(TEI) for child in closer] == ["salute", "signed"]
    [date] = opener.iter(f"{TEI}date")
    assert (date.get("when"), date.text) == ("1961-03-03", "3 March 1961")
    [supplied] = paragraph.iter(f"{TEI}supplied")
    assert content(supplied) == "[the SED]"
    [slip] = paragraph.iter(f"{TEI}sic")
    assert content(slip) == "costs [...] is known"
    assert slip[0].get("type") == "omission"
    # The note that overlaps another note has two anchors.
    names = [
        anchor.get("{http://www.w3.org/XML/1998/namespace}id")
        for anchor in paragraph.iter(f"{TEI}anchor")
    ]
    assert names == ["note-across", "note-across.end"]
    targets = strings(written, "//*[local-name()='standOff']/*/@target")
    assert {target[1:] for target in targets} <= {*strings(written, "//@xml:id")}
    assert len(targets) == len(full().translation_notes)
    lines = TEXT[TEXT.index("We agree") : TEXT.index("Berlin.") + 7]
    assert content(paragraph) == lines


@pytest.mark.soak
@pytest.mark.parametrize("record", [full(), bare()], ids=["full", "bare"])
def test_tei_is_valid_against_the_complete_schema(record: Record) -> None:
    schema = etree.RelaxNG(etree.parse(official("tei") / SCHEMAS["tei"]))
    assert schema.validate(etree.fromstring(export("tei", record, FULL_CONTEXT)))


def test_a_mods_file_can_have_several_letters(assert_valid: Any) -> None:
    assert_valid("mods", export("mods", [full(), bare()], FULL_CONTEXT))


def test_a_cmif_file_can_have_several_letters(assert_valid: Any) -> None:
    written = export("cmif", [full(), bare()], FULL_CONTEXT)
    assert_valid("cmif", written)
    letters = list(etree.fromstring(written).iter(f"{TEI}correspDesc"))
    assert [letter.get("key") for letter in letters] == [full().id, bare().id]


def test_a_format_for_one_letter_refuses_two() -> None:
    with pytest.raises(UsageError, match="holds one document"):
        export("datacite", [full(), bare()])


def test_the_hint_for_an_unknown_format_names_a_similar_one() -> None:
    with pytest.raises(UsageError, match="Did you mean datacite"):
        find_format("datacit")


def test_datacite_has_its_own_words_for_unknown_values() -> None:
    data = json.loads(export("datacite-json", bare(), BARE_CONTEXT))
    assert "doi" not in data
    assert b">:tba</identifier>" in export("datacite", bare(), BARE_CONTEXT)
    assert data["creators"] == [{"name": ":unkn"}]
    assert data["publisher"] == {"name": ":tba"}
    assert data["publicationYear"] == "0000"


def test_datacite_relates_a_translation_to_its_original() -> None:
    data = json.loads(export("datacite-json", full(), FULL_CONTEXT))
    [item] = [item for item in data["relatedItems"] if item["relationType"] == "IsTranslationOf"]
    assert item["titles"] == [{"title": "The letter in Russian"}]
    [translator] = [p for p in data["contributors"] if p["contributorType"] == "Translator"]
    assert translator["name"] == "The Goldbergs"


def test_ten_thousand_events_are_written() -> None:
    events = [{"id": f"e{number}", "type": "fixity check"} for number in range(10_000)]
    record = Record.model_validate({"id": "x", "type": "letter", "title": "t", "events": events})
    for name in ("premis", "mets", "prov", "ro-crate", "ead3"):
        assert export(name, record)


def test_a_record_with_two_items_in_every_list_is_valid_in_every_format(assert_valid: Any) -> None:
    data = full().as_json()
    for name, value in data.items():
        if isinstance(value, list) and name not in ("agents", "parts", "evidence"):
            twice = [
                dict(item, id=f"{item['id']}-again") if "id" in item else item
                for item in value
                if isinstance(item, dict)
            ]
            data[name] = [*value, *(twice or value)]
    data["events"] = []
    record = Record.model_validate(data)
    for name in SCHEMAS:
        assert_valid(name, export(name, record, FULL_CONTEXT))


def test_the_lives_of_all_kinds_of_agents_are_valid_tei(assert_valid: Any) -> None:
    life = {
        "born": {"edtf": "1900", "as_written": "about 1900"}, "died": {"as_written": "later"},
        "affiliations": ["organization"], "as_written": "N.", "note": "A note.", "role": "Clerk",
        "identifiers": [{"scheme": "viaf", "value": "36921765"}],
    }  # fmt: skip
    kinds = ("person", "organization", "family")
    agents = [life | {"id": kind, "name": kind.title(), "kind": kind} for kind in kinds]
    agents[0]["name_parts"] = {"family": "Doe", "given": "Ann", "suffix": "Jr."}
    made = Record.model_validate(BARE | {"agents": agents, "sender": list(kinds)})
    assert_valid("tei", export("tei", made, BARE_CONTEXT))
