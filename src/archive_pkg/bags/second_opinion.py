"""A second opinion: what bagit-python, the Library of Congress's own reader, says of a bag."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from typing import TYPE_CHECKING

from archive_pkg.reports import Code, Location, Severity

if TYPE_CHECKING:
    from pathlib import Path

    from archive_pkg.reports import Finding, Report

DIFFERS = Code(
    "second-opinion-differs",
    Severity.WARNING,
    "bagit-python judges the bag otherwise than archive-pkg does.",
)
NOT_ASKED = Code(
    "second-opinion-not-asked",
    Severity.ADVICE,
    "bagit-python was not asked: it would follow what is unsafe in this bag, or reads no archives.",
)
_UNSAFE = {
    "manifest-path-unsafe",
    "fetch-path-unsafe",
    "file-is-link",
    "file-is-special",
    "bag-unreadable",
    "file-unreadable",
}


def bagit_python(path: Path, report: Report) -> list[Finding]:
    """Ask bagit-python about a bag's folder, and tell where it differs.

    It follows links and paths out of a bag, so it is asked only about bags in which nothing of
    the kind was found.

    Args:
        path: The bag's folder.
        report: What was found here.
    """
    place = Location(str(path))
    if not path.is_dir():
        return [NOT_ASKED.at(place, "bagit-python was not asked: it reads folders only")]
    if unsafe := sorted({finding.code for finding in report} & _UNSAFE):
        return [NOT_ASKED.at(place, f"bagit-python was not asked because of {', '.join(unsafe)}")]
    complaint = _ask(path)
    if report.ok == (complaint == ""):
        return []
    if complaint:
        said = f"bagit-python calls this bag invalid, archive-pkg valid: {complaint}"
    else:
        said = "bagit-python calls this bag valid, archive-pkg does not"
    return [DIFFERS.at(place, said, "The other findings tell why; see the docs on both readers.")]


def _ask(path: Path) -> str:
    """What bagit-python objects to, "" when it calls the bag valid."""
    with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        import bagit

        logger = logging.getLogger("bagit")
        before = logger.disabled
        logger.disabled = True
        try:
            bagit.Bag(str(path)).validate(processes=1)
        except Exception as error:  # it raises many kinds on malformed tag files
            return " ".join(str(error).split()) or type(error).__name__
        finally:
            logger.disabled = before
    return ""
