"""The changes to a record that a page of the review asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archive_pkg.errors import UsageError
from archive_pkg.messages import _, term
from archive_pkg.web.review.revision import Revision, SelectedWords

if TYPE_CHECKING:
    from archive_pkg.web.review.record_editor import RecordSnapshot


class ChangeRequest:
    """A change that the page asks for."""

    def __init__(self, do: str, data: dict[str, Any]) -> None:
        """Read a request.

        Args:
            do: The kind of change.
            data: The JSON of the request.

        Raises:
            UsageError: The kind does not exist.
        """
        if do not in CHANGES:
            raise UsageError(f"{do} is not a kind of change", "Reload the page.")
        self._do, self._data = do, data
        self.field, self.place = str(data.get("field", "")), str(data.get("at") or "")
        self.message: str = ""

    def make(self, revision: Revision, snapshot: RecordSnapshot) -> str:
        """Make the change in a record and return a message about it."""
        values, at = self._data.get("values"), selected_words(snapshot, self.place)
        if not isinstance(values, dict):
            values = {}
        field = self.field
        if self._do == "accept":
            revision.accept(field)
        elif self._do == "unknown":
            revision.leave_unknown(field)
        elif self._do == "remove":
            revision.remove(field)
        elif self._do == "correct":
            field = revision.correct(field, values, at)
        elif at is None:
            raise UsageError(_("no words are selected"), _("Select some words in the text first."))
        elif self._do == "quote":
            revision.quote(field, at)
        else:
            field = revision.annotate(values, at)
        name, _dot, item = field.replace("_", " ").partition(".")
        what = term("field in a sentence", name)
        change = term("change", CHANGES[self._do])
        self.message = _("{field} {change}", field=what, change=change)
        if item:
            item = item.replace(".", " ")
            self.message = _("{field} {item} {change}", field=what, item=item, change=change)
        return self.message


def selected_words(snapshot: RecordSnapshot, place: str) -> SelectedWords | None:
    """Return the words that are selected in the page; None if none are.

    A place is "file:start:end", where "file" is the index of the file.

    Raises:
        UsageError: The place is not valid, or is not in the text.
    """
    if not place or snapshot.record is None:
        return None
    try:
        file, start, end = map(int, place.split(":"))
        name = snapshot.record.files[file]
        text = next(text.text for text in snapshot.texts if text.file == name)
        return SelectedWords(name, start, end, text).trimmed()
    except (LookupError, StopIteration, ValueError):
        raise UsageError(_("these words are not in the text"), _("Reload the page.")) from None


CHANGES = {
    "accept": "accepted",
    "correct": "entered",
    "quote": "has the selected words as evidence",
    "annotate": "added",
    "unknown": "marked as unknown",
    "remove": "removed",
}
