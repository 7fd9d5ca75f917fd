"""Compare the verdict on a bag with that of bagit-python, the Library of Congress's library."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from typing import TYPE_CHECKING

from archive_pkg.messages import _
from archive_pkg.reports import Code, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from archive_pkg.reports import Finding, Report

DIFFERS = Code(
    "second-opinion-differs",
    Severity.WARNING,
    "bagit-python and archive-pkg disagree on whether the bag is valid.",
)
NOT_ASKED = Code(
    "second-opinion-not-asked",
    Severity.ADVICE,
    "bagit-python was not run, because the bag is not a folder, or contains links, unsafe paths or "
    "files that cannot be read.",
)
_UNSAFE = {
    "manifest-path-unsafe",
    "fetch-path-unsafe",
    "file-is-link",
    "file-is-special",
    "bag-unreadable",
    "file-unreadable",
}


def bagit_python(path: Path, report: Report, valid: bool) -> list[Finding]:
    """Validate a bag with bagit-python. Return a finding if it disagrees or was not run.

    bagit-python follows links and paths out of a bag, so it is not run on a bag that has any.

    Args:
        path: The bag's folder.
        report: The findings of our own verification.
        valid: Whether our own verification found the bag valid, regardless of a profile.
    """
    place = Location(str(path))
    if not path.is_dir():
        return [NOT_ASKED.at(place, _("bagit-python was not run: it only reads folders"))]
    if unsafe := sorted({finding.code for finding in report} & _UNSAFE):
        return [
            NOT_ASKED.at(
                place, _("bagit-python was not run because of {unsafe}", unsafe=", ".join(unsafe))
            )
        ]
    complaint = _validate(path)
    if valid == (complaint == ""):
        return []
    if complaint:
        message = _(
            "bagit-python calls this bag invalid, archive-pkg valid: {complaint}",
            complaint=complaint,
        )
    else:
        message = _("bagit-python calls this bag valid, archive-pkg does not")
    return [DIFFERS.at(place, message, _("See the other findings for the reason."))]


def agreement(findings: Iterable[Finding], valid: bool) -> str:
    """Return a sentence that bagit-python agrees; empty if it disagrees or was not run."""
    if any(finding.code in (DIFFERS.code, NOT_ASKED.code) for finding in findings):
        return ""
    return f"Second opinion (bagit-python): the bag is {'valid' if valid else 'not valid'}, too."


def _validate(path: Path) -> str:
    """Return the error of bagit-python, or "" if it calls the bag valid."""
    with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        import bagit

        logger = logging.getLogger("bagit")
        before = logger.disabled
        logger.disabled = True
        try:
            bagit.Bag(str(path)).validate(processes=1)
        except Exception as error:  # malformed tag files raise many kinds
            return " ".join(str(error).split()) or type(error).__name__
        finally:
            logger.disabled = before
    return ""
