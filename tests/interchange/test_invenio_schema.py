"""InvenioRDM's own marshmallow schema loads what the export writes, and drops nothing."""

from __future__ import annotations

import html
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from examples import (
    BARE,
    BARE_CONTEXT,
    FULL_CONTEXT,
    PARTICULARS,
    bare,
    full,
    minutes,
    record,
    talk,
)

from archive_pkg.interchange import export
from services import servers

SCRIPT = Path(__file__).parents[1] / "services/rdm" / "load_metadata.py"
STRAIGHT = str.maketrans("“”‘’", "\"\"''")


def plain(value: Any) -> Any:
    """Return a value with its texts as InvenioRDM cleans them: without entities or curly quotes."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return html.unescape(value).translate(STRAIGHT) if isinstance(value, str) else value


def held(written: Any, loaded: Any, place: str = "metadata") -> None:
    """Fail if a written value is not in what the schema loaded, which can have more keys."""
    if isinstance(written, dict):
        assert written.keys() <= loaded.keys(), place
        for key, value in written.items():
            held(value, loaded[key], f"{place}.{key}")
    elif isinstance(written, list):
        assert len(written) == len(loaded), place
        for number, (value, back) in enumerate(zip(written, loaded, strict=True)):
            held(value, back, f"{place}[{number}]")
    else:
        assert written == loaded, place


@pytest.mark.service
@pytest.mark.rdm
def test_inveniordms_schema_loads_all_that_an_export_has() -> None:
    try:
        python = servers.environment("rdm") / "python"
    except servers.AbsentError as reason:
        pytest.skip(str(reason))
    dates = ("1960-07~", "195X", "1957/..", "1956-06/1957")
    documents = [
        export("invenio", full(), FULL_CONTEXT),
        *(
            export("invenio", one, BARE_CONTEXT)
            for one in (
                *(bare(), talk(), minutes(), record(**PARTICULARS)),
                *(record(date=date, title=BARE["title"]) for date in dates),
            )
        ),
    ]
    lines = b"\n".join(json.dumps(json.loads(document)).encode() for document in documents)
    command: list[str | Path] = [python, "-W", "ignore", SCRIPT]
    done = subprocess.run(command, input=lines, capture_output=True, check=True)
    loaded = [json.loads(line) for line in done.stdout.splitlines()]
    for document, back in zip(documents, loaded, strict=True):
        assert "refused" not in back, back
        held(plain(json.loads(document)["metadata"]), plain(back))
