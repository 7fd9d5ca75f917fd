"""Write the evidence of a record as `annotation` elements (TEI P5, 17.10).

The target is a range of the text of a division, or the complete document. `cert` is how certain the
statement is, and `resp` is who supplied it. The notes have the path of the statement, its basis and
rule, the quoted words, a different value, and the reasoning.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from archive_pkg.interchange.markup import Element, put, say, text_of
from archive_pkg.interchange.tei_places import FORM_FEED, Characters, count, pointer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archive_pkg.records.models import Evidence, Record

CALENDAR = "calendar-"
"""The beginning of the xml:id of a calendar."""
DOCUMENT = "document"
"""The `xml:id` of the document, the target of evidence that quotes no text in it."""
CERTAINTY = {"certain": "high", "probable": "medium", "guess": "low"}
_TAG = re.compile("<[^>]*>")


def annotate(
    standoff: Element, record: Record, divisions: Mapping[str, Element], texts: Mapping[str, str]
) -> None:
    """Add the evidence of a record to a `standOff`.

    Args:
        standoff: The element.
        record: The record.
        divisions: The `div` elements with the texts of parts, by the part's id.
        texts: The texts in the document, by the part's id.
    """
    listed = put(standoff, "listAnnotation", type="evidence")
    listed.line = "\n  "
    characters = {
        part: Characters(html.unescape(_TAG.sub("", text_of(division).replace(FORM_FEED, ""))))
        for part, division in divisions.items()
    }
    for number, evidence in enumerate(record.evidence, 1):
        target = f"#{DOCUMENT}"
        at = evidence.at
        if at and at.part in characters:
            span = record.part(at.part).span
            before = count(texts[at.part][span.start if span else 0 : at.start])
            place = characters[at.part].range_of(before, count(at.exact))
            target = pointer(f"part-{at.part}", place)
        annotation = put(
            listed,
            "annotation",
            xml_id=f"evidence-{number}",
            target=target,
            motivation="describing",
            resp=f"#agent-{evidence.agent}" if evidence.agent else None,
            cert=CERTAINTY[evidence.confidence] if evidence.confidence else None,
        )
        annotation.line = ""
        for kind, words in _said(evidence).items():
            if words:
                say(annotation, "note", words, type=kind)


def _said(evidence: Evidence) -> dict[str, str | None]:
    return {
        "statement": evidence.field,
        "basis": evidence.basis,
        "rule": evidence.rule,
        "quote": evidence.at.exact if evidence.at else None,
        "value": evidence.value,
        "reason": evidence.note,
    }
