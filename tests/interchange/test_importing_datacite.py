"""The import of DataCite: the content of a file is in the record or in the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from examples import FULL_CONTEXT, full, record
from imports import names

from archive_pkg.interchange import export
from archive_pkg.interchange.importing import read

if TYPE_CHECKING:
    from archive_pkg.interchange.importing import Imported


def resource(inner: str) -> Imported:
    text = f'<resource xmlns="http://datacite.org/schema/kernel-4">{inner}</resource>'
    [imported] = read(text.encode(), "in/a.xml")
    return imported


def unread(imported: Imported) -> list[str]:
    """Return the unread paths in a report, shortened to their last two steps."""
    said = [finding.message.removeprefix("not read: ") for finding in imported.report]
    return ["/".join(one.partition(": ")[0].split("/")[-2:]) + ": " + one.partition(": ")[2]
            for one in said]  # fmt: skip


def dump(value: Any) -> Any:
    return value.model_dump(exclude_defaults=True, mode="json")


def test_a_resource_without_a_title_gets_one() -> None:
    imported = resource("<titles><title/></titles><publisher>:tba</publisher>")
    record = imported.record
    assert (record.id, record.title, record.type) == ("a", "Document", "other")
    assert [e.rule for e in record.evidence if e.field == "title"] == ["title-from-parts"]
    assert (record.agents, record.parts) == ((), ())
    assert unread(imported) == []


def test_the_main_title_comes_first_and_the_publisher_supplies_it() -> None:
    imported = resource(
        """<titles><title titleType="AlternativeTitle">B</title><title>A</title>
        <title titleType="Subtitle">C</title></titles><publisher>A press</publisher>
        <publicationYear>2020</publicationYear><resourceType resourceTypeGeneral="Text">Telegram
        </resourceType>"""
    )
    record = imported.record
    assert (record.title, record.variant_titles, record.type) == ("A", ("B", "C"), "telegram")
    assert record.agent("a-press").kind == "organization"
    assert {item.agent for item in record.evidence} == {"a-press"}
    assert unread(imported) == ["title/@titleType: “Subtitle”", "publicationYear: “2020”"]
    other = resource("<resourceType>Brief</resourceType><publicationYear>0000</publicationYear>")
    assert other.record.type == "other"
    assert unread(other) == ["resourceType: “Brief”"]


def test_an_editors_signs_around_a_creator_become_its_confidence() -> None:
    imported = resource(
        "<creators><creator><creatorName>[One, Ada]</creatorName></creator></creators>"
    )
    [agent] = imported.record.agents
    assert (agent.name, agent.as_written) == ("One, Ada", "[One, Ada]")
    [doubt] = [item for item in imported.record.evidence if item.confidence]
    assert (doubt.field, doubt.confidence) == ("sender.one-ada", "probable")


def test_the_publisher_has_its_identifier() -> None:
    imported = resource(
        """<publisher publisherIdentifier="https://ror.org/04wxnsj81" schemeURI="https://ror.org">
        A press</publisher>"""
    )
    [agent] = imported.record.agents
    assert [(item.scheme, item.value) for item in agent.identifiers] == [("ror", "04wxnsj81")]


@pytest.mark.parametrize("unknown", [":tba", ":unkn", ":unav", ":none", ":null"])
def test_values_that_mean_unknown_are_left_out(unknown: str) -> None:
    imported = resource(
        f"""<identifier identifierType="DOI">{unknown}</identifier><creators><creator>
        <creatorName nameType="Personal">{unknown}</creatorName></creator></creators>
        <publisher>{unknown}</publisher>"""
    )
    record = imported.record
    assert (record.identifiers, record.sender, record.agents) == ((), (), ())
    assert unread(imported) == []


def test_creators_become_the_senders() -> None:
    imported = resource(
        """<creators><creator><creatorName nameType="Personal">One, Ada</creatorName>
        <givenName>Ada</givenName><familyName>One</familyName><nameIdentifier
        nameIdentifierScheme="ORCID">0000-0002-1825-0097</nameIdentifier><nameIdentifier
        nameIdentifierScheme="House" schemeURI="https://e.org">7</nameIdentifier><nameIdentifier
        nameIdentifierScheme="x"/><affiliation>A board</affiliation></creator><creator>
        <creatorName nameType="Organizational">An office</creatorName></creator><creator>
        <creatorName nameType="x">Ben</creatorName></creator><creator/><creator><creatorName>One,
        Ada</creatorName></creator></creators>
        <contributors><contributor contributorType="Editor"><contributorName>Ed</contributorName>
        </contributor></contributors>"""
    )
    record = imported.record
    assert names(record, "sender") == ["One, Ada", "An office", "Ben"]
    agent = record.agent("one-ada")
    assert [(i.scheme, i.value, i.note) for i in agent.identifiers] == [
        ("orcid", "0000-0002-1825-0097", None),
        ("local", "7", "House"),
    ]
    assert [agent.kind for agent in record.agents] == ["person", "organization", "person"]
    assert sorted(unread(imported)) == [
        "contributor/@contributorType: “Editor”",
        "contributor/contributorName: “Ed”",
        "creator/affiliation: “A board”",
        "creatorName/@nameType: “x”",
        "nameIdentifier/@nameIdentifierScheme: “x”",
        "nameIdentifier/@schemeURI: “https://e.org”",
    ]


TRANSLATOR = """<contributors><contributor contributorType="Translator"><contributorName>Tr One
</contributorName></contributor><contributor contributorType="Translator"/></contributors>"""
ORIGINAL = """<relatedItems><relatedItem relationType="IsTranslationOf"><titles><title>Brief
</title></titles></relatedItem></relatedItems>"""


@pytest.mark.parametrize(
    ("inner", "parts"),
    [
        ("<language>ger</language>", [("letter", "original", None, (), (), ("de",))]),
        ("<language>Exton</language>", []),
        (f"<language>en</language>{TRANSLATOR}", [
            ("original", "original", None, (), (), ()),
            ("translation", "translation", None, ("original",), ("tr-one",), ("en",)),
        ]),
        (ORIGINAL, [
            ("original", "original", "Brief", (), (), ()),
            ("translation", "translation", None, ("original",), (), ()),
        ]),
        (ORIGINAL.replace("Brief", ""), [
            ("original", "original", None, (), (), ()),
            ("translation", "translation", None, ("original",), (), ()),
        ]),
    ],
)  # fmt: skip
def test_languages_and_translations_become_parts(inner: str, parts: list[tuple[Any, ...]]) -> None:
    imported = resource(inner)
    assert [
        (p.id, p.kind, p.title, p.made_from, p.made_by, p.languages) for p in imported.record.parts
    ] == parts
    assert not any(part.held for part in imported.record.parts)
    left = {"<language>Exton</language>": ["language: “Exton”"]}.get(inner, [])
    assert [said for said in unread(imported) if "@relationType" not in said] == left


def test_identifiers_are_read_with_their_kind() -> None:
    imported = resource(
        f"""<identifier identifierType="DOI">10.1234/a</identifier><alternateIdentifiers>
        <alternateIdentifier alternateIdentifierType="URL">https://e.org/a</alternateIdentifier>
        <alternateIdentifier alternateIdentifierType="Shelf">A 7</alternateIdentifier>
        <alternateIdentifier alternateIdentifierType="Long">{"a" * 2000}</alternateIdentifier>
        </alternateIdentifiers>"""
    )
    record = imported.record
    assert [(i.scheme, i.value, i.note) for i in record.identifiers] == [
        ("doi", "10.1234/a", None),
        ("url", "https://e.org/a", None),
        ("local", "A 7", "Shelf"),
    ]
    assert record.id == "a"
    assert [said.partition(":")[0] for said in unread(imported)] == [
        "alternateIdentifier/@alternateIdentifierType",
        "alternateIdentifiers/alternateIdentifier",
    ]


@pytest.mark.parametrize(
    ("dates", "expected", "left"),
    [
        ('<date dateType="Created">1870</date>', {"edtf": "1870"}, []),
        ('<date dateType="Created" dateInformation="in 70">1870/1871</date>',
         {"edtf": "1870/1871", "note": "in 70"}, []),
        ('<date dateType="Created" dateInformation="on it">Pentecost</date>',
         {"as_written": "Pentecost", "note": "on it"}, []),
        ('<date dateType="Created">1870</date><date dateType="Created">1871</date>',
         {"edtf": "1870"}, ["date/@dateType: “Created”", "dates/date: “1871”"]),
        ('<date dateType="Issued">1870</date>', None,
         ["date/@dateType: “Issued”", "dates/date: “1870”"]),
        ('<date dateType="Created"/>', None, []),
    ],
)  # fmt: skip
def test_the_date_of_creation_becomes_the_date_of_the_letter(
    dates: str, expected: dict[str, str] | None, left: list[str]
) -> None:
    imported = resource(f"<dates>{dates}</dates>")
    assert (imported.record.date and dump(imported.record.date)) == expected
    said = [one for one in unread(imported) if "Pentecost" not in one]
    assert said == left
    codes = {finding.code for finding in imported.report}
    assert ("import-date-open" in codes) is ("Pentecost" in dates)


def test_the_first_abstract_becomes_the_summary() -> None:
    imported = resource(
        """<descriptions><description descriptionType="Other">Torn.</description>
        <description descriptionType="Abstract">Thanks.</description>
        <description descriptionType="Abstract">Again.</description></descriptions>"""
    )
    assert imported.record.summary
    assert imported.record.summary.text == "Thanks."
    assert unread(imported) == [
        "description/@descriptionType: “Other”, “Abstract”",
        "descriptions/description: “Torn.”, “Again.”",
    ]


@pytest.mark.parametrize(
    ("rights", "expected", "left"),
    [
        ("<rights>Ask.</rights><rights>Ask us.</rights>", {"statement": "Ask."},
         ["rightsList/rights: “Ask us.”"]),
        ('<rights rightsIdentifier="cc-by-4.0" rightsURI="https://creativecommons.org/licenses/by'
         '/4.0/">CC</rights>', {"statement": "CC", "licence": "CC-BY-4.0"}, []),
        ('<rights rightsURI="https://e.org/l">Ours.</rights>',
         {"statement": "Ours.", "licence": "https://e.org/l"}, []),
        ('<rights rightsIdentifier="MIT" rightsURI="https://e.org/l">Ours.</rights>',
         {"statement": "Ours.", "licence": "MIT"}, ["rights/@rightsURI: “https://e.org/l”"]),
        ("<rights>Classification: SECRET</rights><rights/><rights>Ask.</rights>",
         {"statement": "Ask."}, ["rightsList/rights: “Classification: SECRET”"]),
        ("<rights>Access to A: closed</rights>", {"statement": "Access to A: closed"}, []),
    ],
)  # fmt: skip
def test_the_first_rights_become_the_rights_of_the_letter(
    rights: str, expected: dict[str, str], left: list[str]
) -> None:
    imported = resource(f"<rightsList>{rights}</rightsList>")
    assert imported.record.rights
    assert dump(imported.record.rights) == expected
    assert unread(imported) == left
    assert imported.record.parts == ()


def test_related_items_become_enclosures_publications_and_the_superseded_version() -> None:
    relations = ("HasPart", "IsPublishedIn", "IsNewVersionOf", "Cites", "HasPart", "HasPart")
    titles = ("A list", "Letters", "b version 1", "A book", "A map", "")
    items = "".join(
        f'<relatedItem relationType="{kind}"><titles><title>{title}</title></titles></relatedItem>'
        for kind, title in zip(relations, titles, strict=True)
    )
    imported = resource(f"<relatedItems>{items}</relatedItems><version>3</version>")
    record = imported.record
    assert [(item.id, item.title) for item in record.enclosures] == [
        ("enclosure-1", "A list"),
        ("enclosure-5", "A map"),
    ]
    assert [each.citation for each in record.publications] == ["Letters"]
    assert record.supersedes == "b version 1"
    assert record.version == 3
    assert unread(imported) == [
        "relatedItem/@relationType: “Cites”, “HasPart”",
        "titles/title: “A book”",
    ]


def test_a_relation_comes_back_from_its_words() -> None:
    letter = record(
        relations=[
            {"kind": "reply-to", "identifier": {"scheme": "doi", "value": "10.1000/2"}},
            {"kind": "draft-of", "title": "Letter of 2 May"},
        ]
    )
    [imported] = read(export("datacite", letter), "in/a.xml")
    assert [(one.kind, one.title) for one in imported.record.relations] == [
        ("reply-to", "DOI 10.1000/2"),
        ("draft-of", "Letter of 2 May"),
    ]
    assert imported.record.relations[0].identifier == letter.relations[0].identifier


@pytest.mark.parametrize("version", ["0", "1.2", "first", "1234567890"])
def test_a_version_that_is_not_a_small_number_is_reported(version: str) -> None:
    imported = resource(f"<version>{version}</version>")
    assert imported.record.version == 1
    assert unread(imported) == [f"version: “{version}”"]


def test_places_and_subjects_are_read() -> None:
    imported = resource(
        """<geoLocations><geoLocation><geoLocationPlace>Exton</geoLocationPlace></geoLocation>
        <geoLocation><geoLocationPlace/></geoLocation></geoLocations><subjects>
        <subject valueURI="http://id.loc.gov/authorities/subjects/sh85073188">Korea</subject>
        <subject>Trade</subject><subject valueURI="https://e.org/x"/></subjects>"""
    )
    record = imported.record
    assert record.place is None
    assert [dump(place) for place in record.mentioned_places] == [{"name": "Exton"}]
    assert [dump(subject) for subject in record.subjects] == [
        {"term": "Korea", "identifier": {"scheme": "lcsh", "value": "sh85073188"}},
        {"term": "Trade"},
    ]
    assert unread(imported) == ["subject/@valueURI: “https://e.org/x”"]


def test_id_access_and_words_of_a_date_survive_an_export_to_datacite() -> None:
    [imported] = read(export("datacite", full(), FULL_CONTEXT), "a.xml")
    record = imported.record
    assert record.id == full().id
    assert record.date
    assert record.date.note == "3 March 1961; new style"
    access = record.part("original").access
    assert access
    assert access.status == "restricted"
    assert record.rights
    assert record.rights.licence == "CC-BY-4.0"
    said = " ".join(unread(imported))
    assert "Access to The letter in Russian: restricted until 2031-03" in said
    assert full().id + "”" not in said
