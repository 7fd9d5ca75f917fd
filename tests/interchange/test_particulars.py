"""Fields for which few standards have an element: each is in the document, or reported as lost."""

from __future__ import annotations

import pytest
from examples import FULL_CONTEXT, PARTICULARS, record

from archive_pkg.interchange import FORMATS, export, find_format
from archive_pkg.interchange.losses import leaves, losses, lost_whole, place_of

FIELDS = PARTICULARS.keys() - {"agents"}


@pytest.mark.parametrize("name", FORMATS)
def test_each_particular_is_in_the_document_or_reported_as_lost(name: str) -> None:
    chosen = find_format(name)
    given = record(**PARTICULARS)
    document = export(name, given, FULL_CONTEXT)
    report = losses(chosen, given, document=document)
    messages = [one.message for one in report if one.location.field.split(".")[0] in FIELDS]
    assert not [words for words in messages if "holds only part" in words]
    lost = {words.partition(" cannot hold ")[2] for words in messages}
    for kind, _, value in leaves(given):
        if kind.partition(".")[0] not in FIELDS:
            continue
        if place_of(chosen.mapping, kind) is None:
            assert lost_whole(chosen.mapping, kind) in {one.split(" (")[0] for one in lost}
        elif kind in ("authors", "attention"):
            assert given.agent(value[0]).name.encode() in document
        elif isinstance(value, str) and value.startswith("mark"):
            assert value.encode() in document, f"{name} does not have {kind}"
