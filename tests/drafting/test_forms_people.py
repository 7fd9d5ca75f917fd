"""Persons, offices and bodies are distinguished by their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from archive_pkg.drafting.name_shapes import looks_like_name
from archive_pkg.drafting.official_documents.people import (
    Named,
    find_person,
    is_body_word,
    is_comrade,
    is_office_word,
    is_only_office,
    is_party_title,
    looks_like_body,
    read_addressees,
    read_people,
    split_names,
    without_glosses,
)
from archive_pkg.drafting.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable

WORDS = load_vocabulary()
FULL = "a b c d e f g h i j k l"


def shown(one: Named | None) -> str:
    """Return a name with its kind and role, and "?" if nothing shows that it is a person's."""
    if one is None:
        return ""
    role = f" ({one.role})" if one.role else ""
    kind = "guessed" if one.guessed else one.kind
    return f"{kind or 'office'} {one.name}{role}{'' if one.sure else ' ?'}"


# The entry of a list, and the person whom it names.
PERSONS = """
Orlin = person Orlin ?
Orlin. = person Orlin ?
K. Orlin = person K. Orlin
Orlin K. = person Orlin K.
  =
[illegible] =
orlin =
von Orlin = person von Orlin ?
Karl Maria von der Orlin = person Karl Maria von der Orlin ?
Karl Maria Anna Rosa von Orlin =
Orlin 2 =
Comrade Orlin = person Orlin
die Genossin Orlin = person Orlin
the Comrade Ambassador Orlin = person Orlin (Ambassador)
Abt. Orlin =
Cde. Orlin [Olin] = person Orlin
Comrade Karl Orlin Ambassador = person Karl Orlin (Ambassador)
Comrade Ambassador Orlin = person Orlin (Ambassador)
Deputy Comrade Orlin = person Orlin (Deputy)
Comrade Ministry =
Comrade =
Lantos elvtársnak = person Lantos
Lantos Pál Miniszter Elvtárs = person Lantos Pál (Miniszter)
Comrade Ambassador =
Ambassador Orlin = person Orlin (Ambassador)
Ambassador K. Orlin = person K. Orlin (Ambassador)
Deputy Secretary-General Orlin = person Orlin (Deputy Secretary-General)
Karl Orlin Director = person Karl Orlin (Director)
Orlin Director =
Ambassador to Cuba Orlin = person Orlin (Ambassador to Cuba)
Ambassador in Sofia Orlin = person Orlin (Ambassador in Sofia)
Ambassador in Gardenia Orlin = person Orlin (Ambassador in Gardenia)
Head of the MFA's Department Orlin = person Orlin (Head of the MFA's Department)
Head of Department Orlin = person Orlin (Head of Department)
Head of Orlin =
Secretary of the USSR's Orlin = person Orlin (Secretary of the USSR's)
Secretary of the 'USSR' Orlin = person Orlin (Secretary of the 'USSR)
Orlin, gardener = person Orlin (gardener) ?
Orlin - gardener = person Orlin (gardener) ?
Orlin – gardener = person Orlin (gardener) ?
Orlin -gardener =
Orlin: gardener = person Orlin (gardener) ?
Orlin/Babich = person Orlin (Babich) ?
Director Orlin, gardener. = person Orlin (Director, gardener)
Orlin and others = person Orlin ?
Orlin as gardener = person Orlin ?
Orlin (gardener) = person Orlin ?
, Orlin =
Hungarian Cuba = person Hungarian Cuba ?
Secretary of the Embassy =
"""


@pytest.mark.parametrize("row", PERSONS.strip("\n").splitlines())
def test_an_entry_of_a_list_names_a_person(row: str) -> None:
    entry, _, right = row.partition(" =")
    assert shown(find_person(entry, WORDS)) == right.strip()


# A list, and the persons and bodies in it; " | " separates several.
LISTS = """
Orlin, Babich = person Orlin ? | person Babich ?
Comrades Orlin and Babich = person Orlin | person Babich ?
Orlin; Babich, and Melnik = person Orlin ? | person Babich ? | person Melnik ?
ORLIN, K.A. = person ORLIN, K.A. ?
ORLIN, K.A., BABICH, M. = person ORLIN, K.A. ? | person BABICH, M. ?
K.A., ORLIN = person K.A. | person ORLIN ?
Ministry of Gardens, K.A. = organization Ministry of Gardens | person K.A.
the Ministry of Gardens [sic], Orlin = organization Ministry of Gardens | person Orlin ?
Orlin, Ministry of Gardens = person Orlin ? | organization Ministry of Gardens
Orlin, Secretary of the Ministry = person Orlin (Secretary of the Ministry) ?
Orlin, gardener of ours = person Orlin (gardener of ours) ?
Orlin, gardener of ours, master of pears = person Orlin (gardener of ours) ?
Director Orlin, gardener of ours = person Orlin (Director)
gardener of ours, Orlin = person Orlin ?
Secretary of the Ministry, Orlin = organization Secretary of the Ministry | person Orlin ?
Orlin, CPSU CC = person Orlin ? | organization CPSU CC
White House, Orlin = organization White House | person Orlin ?
"""


@pytest.mark.parametrize("row", LISTS.strip("\n").splitlines())
def test_a_list_names_persons_and_bodies(row: str) -> None:
    text, _, right = row.partition(" =")
    assert " | ".join(map(shown, read_people(text, WORDS))) == right.strip()


# The words after "To", and the addressees.
ADDRESSEES = """
Orlin = person Orlin ?
Orlin. = person Orlin ?
ORLIN K. = person ORLIN K.
  =
the =
the CPSU CC: = organization CPSU CC
the White House = organization White House
Foreign and Commonwealth Office = organization Foreign and Commonwealth Office
the Ministry of Gardens and Pears = organization Ministry of Gardens and Pears
the Ministry of Gardens, Orlin = organization Ministry of Gardens | person Orlin ?
Minister of the Ministry of Gardens = office Minister of the Ministry of Gardens
Ambassador in the Embassy Orlin = person Orlin (Ambassador in the Embassy)
the First Secretary = office First Secretary
the First Secretary, Comrade Karl Orlin = person Karl Orlin (First Secretary)
the First Secretary, Comrade = office First Secretary
the Chancellor, B. Moser = person B. Moser (Chancellor)
the Chancellor, U. S. Senate = office Chancellor, U. S. Senate
the Minister of Pears, Anton Orlin = guessed Anton Orlin (Minister of Pears)
the Secretary General, U Orlin, Geneva = guessed U Orlin (Secretary General)
the Minister of Pears, Dr. Anton Orlin = person Anton Orlin (Minister of Pears)
the Minister of Pears, Marshal R. Ya. Orlin = person R. Ya. Orlin (Minister of Pears, Marshal)
den Minister für Angelegenheiten, Berlin = office Minister für Angelegenheiten, Berlin
the soldiers and officers of the Northern Front = office soldiers and officers of the Northern Front
die Kämpfer und Kommandeure der Armee = office Kämpfer und Kommandeure der Armee
Peasants and Workers = office Peasants and Workers
the Minister of Pears, Moscow = office Minister of Pears, Moscow
the Minister, German Democratic Republic = office Minister, German Democratic Republic
the Director, New Exton = office Director, New Exton
the Governor, St. Petersburg = office Governor, St. Petersburg
the Consul General, Hong Kong = office Consul General, Hong Kong
the Director, Royal Society = office Director, Royal Society
Comrade Karl Orlin, First Secretary = person Karl Orlin (First Secretary)
Comrades Orlin, Babich = person Orlin | person Babich ?
Comrade Minister = office Minister
Comrade Minister Orlin = person Orlin (Minister)
"""


@pytest.mark.parametrize("row", ADDRESSEES.strip("\n").splitlines())
def test_a_line_of_address_names_a_person_an_office_or_a_body(row: str) -> None:
    text, _, right = row.partition(" =")
    assert " | ".join(map(shown, read_addressees(text, WORDS))) == right.strip()


# Each function with words that it accepts and words that it refuses.
SHAPES = {
    is_comrade: (
        ["Comrade", "comrade", "Cde.", "cde.", "(comrade)", "тов."],
        ["Orlin", "cde", "(Cde.)", "s.", "S"],
    ),
    is_party_title: (["Comrade", "Cde.", "(comrade)"], ["Dr.", "Herrn", "Orlin"]),
    is_office_word: (
        ["Director", "director,", "«Director»", "Gardener-Director", "Sub-Head"],
        ["Orlin", "Gardener-1st", "-director"],
    ),
    is_body_word: (["Ministry", "“Ministry”", "CPSU", "[CC]"], ["Orlin", "Director"]),
    is_only_office: (
        ["Director", "the Director", "Secretary of the Ministry", "Director [sic]"],
        ["", "director", "Director Orlin", "Orlin", "Ministry"],
    ),
    looks_like_body: (
        [
            "Ministry", "the Ministry of Gardens [sic]", "White House", "HQ of Peru", "HQ Peru",
            "Peru “HQ”", "MINISTRY OF GARDENS", "外交部", f"Ministry {FULL} m n o",
            "CPSU CC", "Ministry of gardens",
        ],
        [
            "", "7 Ministry", "ministry", "Orlin", "HQ", "外交", "Comrade Ministry",
            f"Ministry {FULL} m n o p", "Ministry under gardens they visited", "«»",
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("shape", "text", "right"),
    [
        pytest.param(shape, text, right, id=f"{shape.__name__}-{text}")
        for shape, sides in SHAPES.items()
        for right, texts in zip((True, False), sides, strict=True)
        for text in texts
    ],
)
def test_words_show_whether_a_name_is_a_person_an_office_or_a_body(
    shape: Callable[..., bool], text: str, right: bool
) -> None:
    assert shape(text, WORDS) is right


def test_a_list_of_names_is_split_outside_brackets() -> None:
    text = " Orlin (a, b),  Babich; - , Melnik [c; d] and Osin"
    found = split_names(text)
    assert found == [(1, "Orlin (a, b)"), (16, "Babich"), (28, "Melnik [c; d]"), (46, "Osin")]
    assert all(text[start:].startswith(name) for start, name in found)


def test_brackets_within_brackets_are_left_out() -> None:
    assert without_glosses("Orlin [a (b [c])] of (d) Sofia") == "Orlin of Sofia"


def test_a_given_name_can_be_shortened_with_a_colon() -> None:
    assert looks_like_name("Th: Orlin")
    assert not any(map(looks_like_name, ["To: Orlin", "Th: ", "Orlin Th:"]))
