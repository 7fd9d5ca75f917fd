"""Models of dates and places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, ConfigDict, Field

from archive_pkg.dates.edtf_string import EDTF_FORM
from archive_pkg.faults import Fault
from archive_pkg.messages import _
from archive_pkg.records.base import Model, OrText, present, validated_by
from archive_pkg.records.models.fields import EMPTY, UNKNOWN, AnyEdtf, Many, MaybeEdtf, Text
from archive_pkg.records.value_paths import get
from archive_pkg.records.vocabularies.identifiers import Identifier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.records.base import Settable

Calendar = Literal[
    "gregorian", "julian", "french-republican", "hebrew", "hijri", "persian", "other"
]


def _date_faults(date: Any) -> Iterator[Fault]:
    if get(date, "edtf") is None and get(date, "as_written") is None:
        yield Fault(
            _("the date has neither edtf nor as_written"),
            _("Write the date as edtf, or its words as as_written if it is not clear."),
        )


class WrittenDate(Model):
    """A date as the document gives it. A text alone is read as the EDTF form.

    Attributes:
        edtf: The date in the Extended Date/Time Format (ISO 8601-2), "1960-07-18", always in the
            Gregorian calendar; empty if the meaning of the words is unclear.
        as_written: The words of the document, "18 July 1960".
        calendar: The calendar of the words, if the document or an editor states it.
        note: A note for readers.
    """

    model_config = ConfigDict(json_schema_extra={"anyOf": [present("edtf"), present("as_written")]})

    edtf: MaybeEdtf = Field(default=UNKNOWN, examples=["1960-07-18"])
    as_written: Text | None = None
    calendar: Calendar | None = None
    note: Text | None = None

    _date_rule = validated_by(_date_faults)

    @property
    def words(self) -> str:
        """The date in EDTF or, if it has none, the words of the document."""
        return str(self.edtf or self.as_written or "")


class Date(WrittenDate):
    """A known date, and how it was written. A text alone is read as the EDTF form."""

    model_config = ConfigDict(json_schema_extra={})

    edtf: AnyEdtf = Field(examples=["1960-07-18"])
    _date_rule = validated_by(lambda _: ())  # edtf is required


class Place(Model):
    """A place.

    Attributes:
        name: The name in the language of the record, "Moscow".
        as_written: The words of the document.
        identifiers: Identifiers in authority files.
    """

    name: Text
    as_written: Text | None = None
    identifiers: Many[Identifier] = EMPTY


def _date_and_place_faults(date: Any) -> Iterator[Fault]:
    if all(get(date, name) is None for name in ("edtf", "as_written", "place")):
        yield Fault(
            _("there is neither a date nor a place"),
            _("Write edtf or as_written for the date, or the place with its name."),
        )


class DateAndPlace(WrittenDate):
    """When and where something happened. A text alone is read as the EDTF form of the date.

    Attributes:
        place: Where it happened.
    """

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [present("edtf"), present("as_written"), present("place")]}
    )

    place: Place | None = None

    _date_rule = validated_by(_date_and_place_faults)


class RecordedEvent(DateAndPlace):
    """What a document records, such as a talk: its date and place.

    Attributes:
        kind: The kind of event.
    """

    kind: Literal["talk", "session", "speech", "journey", "other"] | None = None


def _date_from_text(value: object) -> object:
    return {"edtf": value} if isinstance(value, str) else value


def _open_or_known(value: object) -> object:
    return dict(value) if isinstance(value, Date) else _date_from_text(value)


if TYPE_CHECKING:
    DateField = Settable[Date | None, Date | str | None]
    WrittenDateField = Settable[WrittenDate | None, WrittenDate | str | None]
    DateAndPlaceField = Settable[DateAndPlace | None, DateAndPlace | str | None]
    RecordedEventField = Settable[RecordedEvent | None, RecordedEvent | str | None]
else:
    _Dated = TypeVar("_Dated")
    _DateOrText = Annotated[_Dated, BeforeValidator(_open_or_known), OrText(EDTF_FORM)]
    DateField = Annotated[Date, BeforeValidator(_date_from_text), OrText(EDTF_FORM)] | None
    WrittenDateField = _DateOrText[WrittenDate] | None
    DateAndPlaceField = _DateOrText[DateAndPlace] | None
    RecordedEventField = _DateOrText[RecordedEvent] | None
