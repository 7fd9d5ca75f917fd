"""All content of an imported file is in the record, in its text, or in the report."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from archive_pkg.interchange.importing import read
from official import published_letters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.interchange.importing import Imported

XML_ID = "{http://www.w3.org/XML/1998/namespace}id"

# Which elements can contain which; "*" lists those that can be anywhere in the format.
GRAMMARS: dict[str, dict[str, str]] = {
    "tei": {
        "TEI": "teiHeader standOff text",
        "teiHeader": "fileDesc profileDesc encodingDesc revisionDesc",
        "fileDesc": "titleStmt editionStmt publicationStmt seriesStmt notesStmt sourceDesc",
        "titleStmt": "title author editor respStmt funder",
        "editionStmt": "edition respStmt",
        "publicationStmt": "publisher authority pubPlace date idno availability",
        "availability": "licence p",
        "sourceDesc": "p bibl biblStruct msDesc listBibl",
        "msDesc": "msIdentifier physDesc history msContents",
        "msIdentifier": "country region settlement institution repository collection idno "
        "altIdentifier",
        "history": "provenance acquisition origin",
        "profileDesc": "correspDesc abstract langUsage textClass particDesc settingDesc creation",
        "creation": "date placeName persName",
        "correspDesc": "correspAction note correspContext",
        "correspAction": "persName orgName name rs placeName settlement country date note p",
        "correspContext": "note ref",
        "langUsage": "language",
        "textClass": "keywords catRef",
        "keywords": "term",
        "particDesc": "listPerson listOrg",
        "listPerson": "person personGrp",
        "person": "persName idno birth note",
        "settingDesc": "listPlace",
        "listPlace": "place",
        "place": "placeName idno location",
        "persName": "surname forename roleName hi",
        "respStmt": "resp persName name",
        "editor": "persName",
        "author": "persName",
        "biblStruct": "author title date",
        "text": "front body back",
        "front": "div titlePage head p",
        "back": "div listPerson note p",
        "body": "div p opener closer lg list table head figure",
        "div": "div p opener closer head note pb list",
        "opener": "dateline salute address",
        "closer": "salute signed",
        "address": "addrLine",
        "p": "persName placeName date note choice app sic corr unclear supplied gap add del lb pb "
        "ptr ref anchor seg hi g foreign q figure bibl",
        "choice": "sic corr orig reg abbr expan",
        "app": "lem rdg",
        "figure": "figDesc head graphic",
        "list": "item label",
        "table": "row",
        "row": "cell",
        "lg": "l",
        "standOff": "note listPerson",
        "note": "p ref persName",
    },
    "ead3": {
        "ead": "control archdesc",
        "control": "recordid maintenanceagency filedesc",
        "maintenanceagency": "agencyname agencycode",
        "archdesc": "did accessrestrict userestrict scopecontent dsc bioghist controlaccess",
        "did": "unitid unittitle unitdate unitdatestructured origination repository container "
        "langmaterial abstract physdesc physloc didnote dao materialspec",
        "unitdatestructured": "datesingle daterange",
        "daterange": "fromdate todate",
        "origination": "persname corpname",
        "repository": "corpname address",
        "persname": "part",
        "corpname": "part",
        "langmaterial": "language",
        "accessrestrict": "head p",
        "userestrict": "head p",
        "scopecontent": "head p list",
        "bioghist": "p",
        "controlaccess": "persname corpname geogname subject genreform",
        "geogname": "part",
        "subject": "part",
        "dsc": "c01",
        "c01": "did c02 accessrestrict scopecontent",
        "c02": "did userestrict custodhist relatedmaterial bibliography controlaccess odd",
        "custodhist": "p",
        "relatedmaterial": "p",
        "bibliography": "bibref p",
        "odd": "p",
    },
    "datacite": {
        "resource": "identifier creators titles publisher publicationYear resourceType subjects "
        "contributors dates language alternateIdentifiers relatedItems relatedIdentifiers sizes "
        "formats version rightsList descriptions geoLocations fundingReferences",
        "creators": "creator",
        "creator": "creatorName givenName familyName nameIdentifier affiliation",
        "titles": "title",
        "subjects": "subject",
        "contributors": "contributor",
        "contributor": "contributorName nameIdentifier",
        "dates": "date",
        "alternateIdentifiers": "alternateIdentifier",
        "relatedItems": "relatedItem",
        "relatedItem": "titles creators volume",
        "relatedIdentifiers": "relatedIdentifier",
        "rightsList": "rights",
        "descriptions": "description",
        "geoLocations": "geoLocation",
        "geoLocation": "geoLocationPlace geoLocationPoint",
        "fundingReferences": "fundingReference",
        "fundingReference": "funderName",
    },
}
GRAMMARS |= {
    "mods": {
        "mods": "titleInfo name genre originInfo language physicalDescription abstract note "
        "subject relatedItem identifier location accessCondition recordInfo tableOfContents",
        "titleInfo": "title subTitle nonSort partNumber",
        "name": "namePart displayForm role description nameIdentifier affiliation",
        "role": "roleTerm",
        "originInfo": "place dateCreated dateIssued publisher",
        "place": "placeTerm",
        "language": "languageTerm",
        "physicalDescription": "extent form",
        "subject": "topic geographic name temporal",
        "relatedItem": "titleInfo note",
        "location": "physicalLocation shelfLocator url",
        "recordInfo": "recordIdentifier recordContentSource",
    },
    "marc": {"record": "controlfield datafield datafield datafield", "datafield": "subfield"},
    "dc": {
        "dc": "title creator contributor date description subject coverage language identifier "
        "type source relation rights publisher format",
    },
}
GRAMMARS["ead2002"] = GRAMMARS["ead3"] | {
    "ead": "eadheader archdesc",
    "eadheader": "eadid filedesc profiledesc",
    "filedesc": "titlestmt publicationstmt",
    "publicationstmt": "publisher",
    "archdesc": f"{GRAMMARS['ead3']['archdesc']} descgrp dao",
    "descgrp": "accessrestrict userestrict bioghist",
    "unittitle": "unitdate",
    "physdesc": "extent",
    "persname": "",
    "corpname": "",
    "geogname": "",
    "subject": "",
    "daogrp": "daoloc",
}
GRAMMARS["cmif"] = GRAMMARS["tei"] | {
    "TEI": "teiHeader",
    "teiHeader": "fileDesc profileDesc",
    "profileDesc": "correspDesc correspDesc correspDesc",
}
NAMESPACES = {
    "tei": "http://www.tei-c.org/ns/1.0",
    "cmif": "http://www.tei-c.org/ns/1.0",
    "ead3": "http://ead3.archivists.org/schema/",
    "ead2002": "urn:isbn:1-931666-22-9",
    "mods": "http://www.loc.gov/mods/v3",
    "marc": "http://www.loc.gov/MARC21/slim",
    "dc": "http://purl.org/dc/elements/1.1/",
    "datacite": "http://datacite.org/schema/kernel-4",
}
ROOTS = {
    "tei": "TEI", "cmif": "TEI", "ead3": "ead", "ead2002": "ead", "datacite": "resource",
    "mods": "mods", "marc": "record", "dc": "dc",
}  # fmt: skip
ATTRIBUTES = (
    "type", "subtype", "ref", "key", "when", "notBefore", "notAfter", "from", "to", "cert",
    "evidence", "resp", "target", "corresp", "n", "rend", "reason", "level", "calendar", "source",
    "role", "localtype", "normal", "identifier", "relator", "label", "certainty", "standarddate",
    "href", "titleType", "nameType", "nameIdentifierScheme", "schemeURI", "dateType",
    "relationType", "rightsURI", "rightsIdentifier", "valueURI", "descriptionType",
    "identifierType", "break", "place", "unit", "quantity", "tag", "code", "ind1", "encoding",
)  # fmt: skip
MEANT = {
    "type": [
        "sent",
        "received",
        "forwarded",
        "stamp",
        "letter",
        "translation",
        "summary",
        "comment",
        "notes",
        "shelfmark",
        "person",
        "place",
        "GND",
        "record",
        "file",
        "alternative",
        "main",
        "dateline",
        "closer",
        "enclosure",
    ],
    "level": ["item", "file", "series", "a", "s"],
    "when": ["1801-02-03", "1801", "1801-02-30"],
    "notBefore": ["1801-02"],
    "notAfter": ["1803"],
    "from": ["1801-01-01"],
    "to": ["1802"],
    "normal": ["1801/1802", "18010203", "1801-13"],
    "standarddate": ["1801-05-06"],
    "cert": ["low", "medium", "high"],
    "target": ["#x1", "#x2", "#x3"],
    "corresp": ["#x1"],
    "ref": ["#x2", "https://d-nb.info/gnd/118540238", "https://example.org/a"],
    "relator": ["recipient", "copy", "author"],
    "localtype": ["box", "fonds", "record", "role"],
    "dateType": ["Created", "Other"],
    "relationType": ["HasPart", "IsPublishedIn", "IsTranslationOf", "IsNewVersionOf"],
    "descriptionType": ["Abstract"],
    "break": ["no"],
    "reason": ["illegible"],
    "tag": ["100", "245", "264", "300", "500", "506", "520", "540", "600", "650", "700", "856"],
    "code": ["a", "b", "c", "0", "4"],
    "encoding": ["edtf"],
}


class Made:
    """A generated file in which every text and attribute has a unique word, or a known word."""

    def __init__(self, kind: str, seed: int) -> None:
        self.kind, self.random, self.words = kind, random.Random(seed), 0
        self.grammar = GRAMMARS[kind]
        self.root = self.element(ROOTS[kind], 0)

    def word(self) -> str:
        self.words += 1
        return f"{self.random.choice('WVQZ')}{self.words}word"

    def element(self, name: str, depth: int) -> etree._Element:
        element = etree.Element(f"{{{NAMESPACES[self.kind]}}}{name}")
        roll = self.random.random
        inner = self.grammar.get(name, "").split()
        if roll() < (0.15 if inner else 0.9) and depth > 1:
            element.text = self.word()
        for _ in range(self.random.choice((0, 0, 1, 1, 2)) if depth else 0):
            attribute = self.random.choice(ATTRIBUTES)
            meant = MEANT.get(attribute, ())
            element.set(
                attribute, self.random.choice(meant) if meant and roll() < 0.7 else self.word()
            )
        if roll() < 0.1 and depth:
            element.set(XML_ID, f"x{self.random.randint(1, 4)}{self.words}")
        needed = inner if depth < 2 else []
        chosen = [n for n in inner if n not in needed and roll() < 3 / len(inner)]
        for child in [*needed, *chosen] if depth < 9 else []:
            made = self.element(child, depth + 1)
            if roll() < 0.3 and depth > 2:
                made.tail = self.random.choice(("", " ")) + self.word()
            element.append(made)
        return element


def contents(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Return the text and attribute values of a file with their paths."""
    for element in root.iter("*"):
        for name, value in element.attrib.items():
            if name != XML_ID:
                yield f"{element.tag}/@{name!s}", str(value)
        for text in (element.text, *(child.tail for child in element)):
            yield str(element.tag), text or ""


def imported_words(found: list[Imported]) -> str:
    """Return everything that the records, their texts and the report contain, as one text."""
    pieces = []
    for imported in found:
        pieces.append(json.dumps(imported.record.as_json(), ensure_ascii=False))
        pieces += [finding.message for finding in imported.report]
        for path, data in imported.files.items():
            if path.endswith(".txt"):
                pieces.append(data.decode())
    return " ".join(" ".join(pieces).split())


@pytest.mark.parametrize("kind", GRAMMARS)
@pytest.mark.parametrize("seed", range(12))
def test_every_text_and_value_of_an_import_is_in_the_record_or_the_report(
    kind: str, seed: int
) -> None:
    made = Made(kind, seed)
    for description in made.root.iterfind("{*}archdesc"):
        description.set("level", "item")
    everything = imported_words(read(etree.tostring(made.root), "file.xml"))
    for place, content in contents(made.root):
        for word in content.split():
            if word.endswith("word"):
                assert word in everything, (place, word)


# A record has these in a different form: language tags, identifiers without their addresses.
CONVERTED = ("language", "idno")


def test_every_text_of_published_letters_is_in_the_record_or_the_report() -> None:
    for file in published_letters()[::4]:
        data = file.read_bytes()
        everything = imported_words(read(data, file.name)).replace('\\"', '"')
        for element in etree.fromstring(data).iter("*"):
            for text in (element.text, *(child.tail for child in element)):
                content = " ".join((text or "").split()).strip(" ,.;:–—-/|·")
                if not str(element.tag).endswith(CONVERTED):
                    assert content in everything, (file.name, element.tag)


DESCRIPTIONS = {
    "tei": """<TEI><teiHeader><fileDesc><titleStmt><title>A letter</title><author ref="#p1">Ada One
    </author><editor role="transcriber">Eva Five</editor><respStmt><resp>Editor</resp><persName>
    Ida Six</persName></respStmt></titleStmt><publicationStmt><publisher ref="https://e.org/press">
    A press</publisher><availability status="free"><licence target="https://e.org/l">Free</licence>
    </availability></publicationStmt><sourceDesc><msDesc><msIdentifier><settlement>Exton
    </settlement><repository>Museum</repository><idno type="shelfmark">MS 1</idno><idno
    type="number-in-list">7</idno><altIdentifier><idno type="old">12 b</idno></altIdentifier>
    </msIdentifier></msDesc><bibl type="print">Letters, 1990</bibl></sourceDesc></fileDesc>
    <profileDesc><langUsage><language ident="de">German</language></langUsage><textClass><keywords
    scheme="own"><term ref="https://e.org/t">Trade</term></keywords></textClass><correspDesc
    ref="https://e.org/7"><correspAction type="sent"><persName ref="#p1" cert="medium"
    evidence="external">Ada One</persName><placeName key="O-1" cert="low">[Exton]</placeName><date
    when="1801-05-22" calendar="#julian" cert="high">10 May 1801</date><date type="postmark"
    when="1801-05-23">23 May</date></correspAction><correspAction type="received"><persName
    key="P-2">Ben Two</persName><placeName evidence="conjecture">Riga</placeName><date
    notBefore="1801-06" notAfter="1801-07">June or July</date></correspAction><correspAction
    type="received" subtype="cc"><persName>Cy Three</persName></correspAction><correspAction
    type="forwarded"><persName>Dan Four</persName><date when="1802">1802</date></correspAction>
    <correspContext><ref type="prev" target="https://e.org/6">Letter 6</ref></correspContext><note
    type="delivery">By hand</note></correspDesc><particDesc><listPerson><person xml:id="p1">
    <persName key="P-1">One, Ada</persName><idno type="GND" subtype="gnd">118540238</idno></person>
    </listPerson></particDesc></profileDesc></teiHeader><text><body><div type="original"
    xml:lang="la"><opener><dateline>Exton, <date when="1801-05-10">10 May</date></dateline><salute>
    Dear Ben,</salute></opener><p rend="indent">I saw <persName key="P-9"
    role="mayor">Max</persName>
    and the mayor <choice><sic>yestrday</sic><corr resp="#ed">yesterday</corr></choice> in
    <placeName ref="https://e.org/rome">Rome</placeName>.<ptr target="#n1"/> <unclear reason="faded"
    cert="low">Soon</unclear> <gap reason="illegible" quantity="2" unit="words"/> <del
    rend="strike">never</del> <add
    place="above">more</add>.</p><closer><signed>Ada</signed></closer>
    </div><div type="translation" xml:lang="en" resp="#ed"><p>Dear Ben.</p></div><div type="notes">
    <note xml:id="n1" type="fact" resp="#ed">The <ref target="https://e.org/m">mayor</ref>.</note>
    </div></body></text></TEI>""",
    "ead3": """<ead><control><recordid>R1</recordid><maintenanceagency countrycode="DE"><agencyname>
    An archive</agencyname></maintenanceagency></control><archdesc level="fonds"><did><unittitle>
    Papers</unittitle><unitid>FA 7</unitid><unitdatestructured
    calendar="julian"><daterange><fromdate
    standarddate="1800">1800</fromdate><todate standarddate="1803">1803</todate></daterange>
    </unitdatestructured><origination label="creator"><persname source="gnd" identifier="118540238">
    <part>One, Ada</part></persname></origination></did><accessrestrict><head>Access</head><p>Closed
    until 2050.</p></accessrestrict><dsc><c01 level="series" id="s1"><did><unittitle
    render="italic">Letters</unittitle><container localtype="box">4</container></did><c02
    level="item" id="i1" otherlevel="none"><did><unittitle>Letter to <persname relator="addressee">
    <part>Ben Two</part></persname></unittitle><unitid localtype="old" label="Old">b 12</unitid>
    <unitdate normal="1801-05-10" calendar="julian" certainty="circa" era="ce">10 May
    1801</unitdate>
    <unitdatestructured><datesingle standarddate="1802" notbefore="1801">1802</datesingle>
    </unitdatestructured><langmaterial><language langcode="ger">German</language></langmaterial>
    <dao href="https://e.org/i1" daotype="derived" linktitle="Scan"/></did><controlaccess><subject
    source="own" identifier="https://e.org/t"><part localtype="topic">Trade</part></subject>
    <geogname relator="place of writing"><part>Exton</part></geogname></controlaccess><userestrict
    localtype="own"><p>Ask first.</p></userestrict></c02><c02 level="item"><did><unittitle>Undated
    letter</unittitle></did></c02></c01></dsc></archdesc></ead>""",
    "datacite": """<resource><identifier identifierType="DOI">10.1000/1</identifier><creators>
    <creator><creatorName nameType="Personal">One, Ada</creatorName><givenName>Ada</givenName>
    <familyName>One</familyName><nameIdentifier nameIdentifierScheme="GND"
    schemeURI="https://d-nb.info/gnd">118540238</nameIdentifier><affiliation
    affiliationIdentifier="https://e.org/a">Court</affiliation></creator></creators><titles><title
    xml:lang="de">Brief</title><title titleType="Subtitle">An Ben</title></titles><publisher
    publisherIdentifier="https://ror.org/04wxnsj81">A press</publisher><publicationYear>1990
    </publicationYear><resourceType resourceTypeGeneral="Text">Letter</resourceType><dates><date
    dateType="Created" dateInformation="by hand">1801-05-10</date><date
    dateType="Issued">1990</date>
    </dates><contributors><contributor contributorType="Translator"><contributorName
    nameType="Personal">Two, Ben</contributorName></contributor></contributors><subjects><subject
    subjectScheme="own" valueURI="https://e.org/t">Trade</subject></subjects><rightsList><rights
    rightsURI="https://e.org/l" rightsIdentifier="own">Free</rights></rightsList><relatedItems>
    <relatedItem relationType="IsPublishedIn" relatedItemType="Book"><titles><title>Letters</title>
    </titles><volume>2</volume></relatedItem></relatedItems></resource>""",
}
DESCRIPTIONS["mods"] = """<mods><titleInfo><title>A letter</title><subTitle>on trade</subTitle>
    </titleInfo><titleInfo type="alternative"><title>Another</title></titleInfo><name
    type="personal" authority="x"><namePart type="family">One</namePart><namePart
    type="given">Ada</namePart><namePart type="date">1801-1870</namePart><role><roleTerm type="code"
    authority="marcrelator">aut</roleTerm></role><nameIdentifier type="gnd">118540238
    </nameIdentifier></name><name type="corporate"><namePart>An archive</namePart><role><roleTerm
    type="text">printer</roleTerm></role></name><genre authority="aat">letters</genre><originInfo>
    <place><placeTerm type="text" valueURI="https://sws.geonames.org/524901/">Moscow</placeTerm>
    </place><dateCreated encoding="w3cdtf" point="start">1801</dateCreated><dateCreated
    encoding="w3cdtf" point="end" qualifier="approximate">1803</dateCreated><dateIssued>1990
    </dateIssued></originInfo><language><languageTerm type="code" authority="iso639-2b">ger
    </languageTerm></language><physicalDescription><extent>2 leaves</extent><form>ink</form>
    </physicalDescription><abstract>On trade.</abstract><note type="ownership">Kept.</note><note
    displayLabel="Seal">Red.</note><subject authority="lcsh"><topic>Trade</topic><geographic>Riga
    </geographic><name><namePart>Ben Two</namePart></name></subject><relatedItem type="host"><part
    ><number>2</number></part><titleInfo><title>Papers</title></titleInfo></relatedItem><identifier
    type="local">12</identifier><location><physicalLocation>Museum</physicalLocation><shelfLocator>
    MS 1</shelfLocator></location><accessCondition type="restriction on access">Closed until 2050.
    </accessCondition><accessCondition type="use and reproduction">Ask.</accessCondition>
    <recordInfo><recordIdentifier>r1</recordIdentifier></recordInfo></mods>"""
DESCRIPTIONS["marc"] = """<record><leader>00000npc a2200000 4500</leader><controlfield
    tag="001">m1</controlfield>""" + "".join(
    f"<datafield tag='{tag}' ind1='1' ind2='0'>"
    + "".join(f"<subfield code='{code}'>{words}</subfield>" for code, words in fields.items())
    + "</datafield>"
    for tag, fields in {
        "024": {"a": "10.1000/1", "2": "doi"}, "041": {"a": "ger"}, "046": {"k": "1801-05-10"},
        "100": {"a": "One, Ada,", "d": "1801-1870,", "4": "aut", "0": "(DE-588)118540238"},
        "245": {"a": "Letter /", "c": "Ada One."}, "246": {"a": "Another"},
        "264": {"a": "Exton,", "c": "1801 May 10."}, "300": {"a": "2 leaves", "c": "22 cm"},
        "500": {"a": "Signed."}, "506": {"a": "Closed until 2050."}, "520": {"a": "On trade."},
        "540": {"a": "Ask."}, "545": {"a": "A merchant."}, "561": {"a": "Kept."},
        "650": {"a": "Trade", "2": "own"}, "651": {"a": "Riga"}, "655": {"a": "Letters"},
        "700": {"a": "Two, Ben", "e": "addressee"}, "710": {"a": "A company"},
        "773": {"t": "Papers"}, "852": {"a": "Museum", "j": "MS 1"},
        "856": {"u": "https://e.org/1", "y": "Scan"},
    }.items()
) + "</record>"  # fmt: skip
DESCRIPTIONS["dc"] = """<dc><title>A letter</title><creator>One, Ada</creator><contributor>Two, Ben
    (recipient)</contributor><contributor>Three, Cy (printer)</contributor><date>1801-05-10</date>
    <description>On trade.</description><description>Sealed.</description><subject>Trade</subject>
    <coverage>Riga</coverage><language>de</language><identifier>10.1000/1</identifier><type>Letter
    </type><source>Museum, MS 1</source><relation>Has part: A map</relation><rights>Ask.</rights>
    <publisher>A press</publisher><format>text/plain</format></dc>"""
DESCRIPTIONS["ead2002"] = """<ead><eadheader findaidstatus="x"><eadid url="u">R1</eadid><filedesc>
    <publicationstmt><publisher>An archive</publisher></publicationstmt></filedesc></eadheader>
    <archdesc level="fonds"><did><unittitle>Papers</unittitle><unitid>FA 7</unitid><unitdate
    normal="1800/1803" type="inclusive">1800-1803</unitdate><langmaterial>In <language
    langcode="ger">German</language></langmaterial></did><descgrp type="admin"><accessrestrict>
    <head>Access</head><p>Closed until 2050.</p></accessrestrict></descgrp><dsc><c01 level="series"
    id="s1"><did><unittitle render="italic">Letters</unittitle><container type="box" parent="p">4
    </container></did><c02 level="item" id="i1"><did><unittitle>Letter, <unitdate normal="1801"
    >1801</unitdate></unittitle><unitid type="old" label="Old">b 12</unitid><unitdate
    normal="1801-05-10" calendar="julian" certainty="circa" era="ce">10 May 1801</unitdate>
    <origination label="creator"><persname source="gnd" authfilenumber="118540238" role="aut">One,
    Ada</persname></origination><physdesc><extent unit="x">2 leaves</extent></physdesc>
    <dao href="https://e.org/i1" title="Scan"/></did><controlaccess><head>Names</head>
    <controlaccess><persname role="rcp" normal="two">Ben Two</persname><subject
    source="own">Trade</subject>
    </controlaccess></controlaccess><userestrict type="own"><p>Ask first.</p></userestrict></c02>
    <c02 level="item"><did><unittitle>Undated letter</unittitle></did></c02></c01></dsc></archdesc>
    </ead>"""
DESCRIPTIONS["cmif"] = DESCRIPTIONS["tei"].replace('ref="https://e.org/7"', "key='1' source='#b1'")
DESCRIPTIONS["cmif"] = DESCRIPTIONS["cmif"].partition("<text>")[0].replace(
    "<bibl type", "<bibl xml:id='b1' type"
) + "</TEI>"  # fmt: skip
_GROUPS = 20


@pytest.mark.parametrize("group", range(_GROUPS))
@pytest.mark.parametrize("kind", DESCRIPTIONS)
def test_a_different_text_or_value_is_in_the_record_or_the_report(kind: str, group: int) -> None:
    """Each text and attribute of a usual file is read, even if its value is changed."""
    root = etree.fromstring(DESCRIPTIONS[kind].replace(">", f" xmlns='{NAMESPACES[kind]}'>", 1))
    places = [
        (element, slot)
        for element in root.iter("*")
        for slot in (*element.attrib, "text", "tail")
        if slot != XML_ID and (element.get(slot) or getattr(element, slot, "") or "").strip()
    ]
    changed = places[group::_GROUPS]
    for number, (element, slot) in enumerate(changed):
        if slot in ("text", "tail"):
            setattr(element, slot, f"{getattr(element, slot)} Q{number}word")
        else:
            element.set(slot, f"Q{number}word")
    everything = imported_words(read(etree.tostring(root), "file.xml"))
    for number, (element, slot) in enumerate(changed):
        assert f"Q{number}word" in everything, (element.tag, slot)


def test_the_first_letter_of_a_corpus_is_reported_like_the_others() -> None:
    letter = "<TEI><teiHeader><fileDesc><titleStmt><title>{0}</title><funder>Fund {0}</funder>"
    letter += "</titleStmt></fileDesc></teiHeader><text><body><p>Text.</p></body></text></TEI>"
    corpus = f"<teiCorpus xmlns='{NAMESPACES['tei']}'><teiHeader><revisionDesc>Made.</revisionDesc>"
    corpus += f"</teiHeader>{letter.format('A')}{letter.format('B')}</teiCorpus>"
    first, second = read(corpus.encode(), "file.xml")
    assert {"Fund A", "Made."} <= {
        words for words in ("Fund A", "Made.") if words in imported_words([first])
    }
    assert "Fund B" not in imported_words([first])
    assert "Fund B" in imported_words([second])
