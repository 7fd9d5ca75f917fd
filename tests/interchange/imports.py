"""Small files to import: letters in TEI, CMIF files and finding aids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.interchange.importing import Imported, read

if TYPE_CHECKING:
    from archive_pkg.records import Record


LETTER = """<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt>
<title>{title}</title></titleStmt></fileDesc></teiHeader><text><body><p>{text}</p></body></text>
</TEI>"""


def tei(header: str = "", body: str = "", more: str = "") -> Imported:
    """Return what is imported from a TEI letter with the given contents."""
    text = f"""<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt>
    <title>A letter</title></titleStmt><publicationStmt><publisher>A press</publisher>
    </publicationStmt></fileDesc><profileDesc>{header}</profileDesc></teiHeader>{more}
    <text>{body}</text></TEI>"""
    [imported] = read(text.encode(), "a.xml")
    return imported


def text_of(imported: Imported) -> str:
    return imported.files["a.txt"].decode()


def sent(*inner: str, received: str = "") -> str:
    return (
        f'<correspDesc><correspAction type="sent">{"".join(inner)}</correspAction>'
        f'<correspAction type="received">{received}</correspAction></correspDesc>'
    )


def names(record: Record, field: str) -> list[str]:
    return [record.agent(name).name for name in getattr(record, field)]


def index(*described: str) -> list[Imported]:
    """Return what is imported from a CMIF file with the given contents."""
    text = f"""<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc/><profileDesc>
    {"".join(described)}</profileDesc></teiHeader><text><body><p/></body></text></TEI>"""
    return read(text.encode(), "index.xml")


INDEX = """<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt>
<title>Index</title></titleStmt><publicationStmt><publisher>A press</publisher></publicationStmt>
<sourceDesc><bibl xml:id="v1">Letters, vol. 1</bibl><bibl xml:id="v2">Letters, vol. 2</bibl>
</sourceDesc></fileDesc><profileDesc>{}</profileDesc></teiHeader></TEI>"""


def ead(components: str, archdesc: str = "") -> list[Imported]:
    text = f"""<ead xmlns="http://ead3.archivists.org/schema/"><archdesc level="fonds"><did>
    <repository><corpname><part>An archive</part></corpname></repository>
    <unittitle>Papers</unittitle><unitid>FA 7</unitid></did>{archdesc}<dsc>{components}</dsc>
    </archdesc></ead>"""
    return read(text.encode(), "aid.xml")
