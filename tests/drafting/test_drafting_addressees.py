"""Lines of address and salutations name the addressee."""

from __future__ import annotations

import pytest

from archive_pkg.drafting.lines import split_lines
from archive_pkg.drafting.statements.addressees import Addressee, read_block, read_salutation
from archive_pkg.drafting.vocabulary import load_vocabulary

WORDS = load_vocabulary()
# Lines with "/" between them, and after "@" the words of the salutation; the name, the role, what
# the words are ("office", "to" if they say more than a title), and the words.
BLOCKS = """
To Karl Orlin = Karl Orlin;; to; Karl Orlin
To Karl Orlin, Sofia, 3 May 1961 = Karl Orlin;; to; Karl Orlin, Sofia, 3 May 1961
To Orlin Babich, 3 May 1961, 4 May 1961 = Orlin Babich;; to; Orlin Babich, 3 May 1961, 4 May 1961
To Karl Orlin, Jr, Sofia = Karl Orlin, Jr;; to; Karl Orlin, Jr, Sofia
To Orlin -- the gardener = Orlin;; to; Orlin -- the gardener
To Karl Orlin in Sofia = Karl Orlin;; to; Karl Orlin in Sofia
TO KARL ORLIN IN SOFIA = KARL ORLIN;; to; KARL ORLIN IN SOFIA
Herrn Karl Orlin = Karl Orlin;; to; Karl Orlin
Dr. Karl Orlin = Karl Orlin;;; Karl Orlin
Dr. Karl Orlin/Sofia = Karl Orlin;;; Karl Orlin
To the Secretary = Secretary;; office to; the Secretary
Кому the Secretary = Secretary;; office to; the Secretary
To the Secretary of the Treasury = Secretary of the Treasury;; office to; \
the Secretary of the Treasury
To the Secretary of State Orlin = Orlin; Secretary of State; to; the Secretary of State Orlin
To the Sultan of Oman = Sultan of Oman;; office to; the Sultan of Oman
To Emperor of Oman = Emperor of Oman;; office to; Emperor of Oman
To the Society for Pears = Society for Pears;; office to; the Society for Pears
To the Emperor of the Oman = Emperor of the Oman;; office to; the Emperor of the Oman
To Secretary of State Orlin = Orlin; Secretary of State; to; Secretary of State Orlin
To the Secretary of State G. M. Orlin = G. M. Orlin; Secretary of State; to; \
the Secretary of State G. M. Orlin
To the Secretary of State Karl Orlin @ karl orlin = Karl Orlin; Secretary of State; to; \
the Secretary of State Karl Orlin
To/Karl Orlin = Karl Orlin;; to; Karl Orlin
14 Garden Street/Karl Orlin = Karl Orlin; 14 Garden Street; to; Karl Orlin
The Honorable/Karl Orlin = Karl Orlin;; to; Karl Orlin
Minister/Karl Orlin/Sofia = Karl Orlin; Minister; to; Karl Orlin
Karl/Orlin @ karl = Karl Orlin;; to; Karl/Orlin
Karl./Orlin @ karl = Karl Orlin;; to; Karl./Orlin
Karl/Orlin @ orlin = Karl;; to; Karl
Karl/14 Garden @ karl = Karl;; to; Karl
Karl @ karl = Karl;; to; Karl
To =
1/2/3/4/Karl Orlin =
""".replace("\\\n", "")
SALUTATIONS = """
Dear Karl Orlin = Karl Orlin;;; Karl Orlin
Dear Mr. President = President;; office; Mr. President
Mr. President = President;; office; Mr. President
Your Majesty! = Your Majesty;; office; Your Majesty
Your Excellency, Karl = Karl;;; Karl
Lieber Freund Bee = Bee;;; Bee
Lieber Herr Orlin, = Orlin; Herr;; Herr Orlin
Sehr geehrter Herr Minister! = Minister;; office; Herr Minister
To the Ministry of Gardens = Ministry of Gardens;; office to; Ministry of Gardens
To the =
Dear =
Dear Sir =
Dear friend =
Dear Brother =
Dear 14 =
"""


def shown(found: Addressee | None, text: str) -> list[str]:
    if found is None:
        return [""]
    what = " ".join(["office"] * found.office + ["to"] * found.addressed)
    return [found.name, found.role, what, text[found.start : found.end].replace("\n", "/")]


def expected(right: str) -> list[str]:
    return [part.strip() for part in right.split(";")]


@pytest.mark.parametrize("row", BLOCKS.strip().splitlines())
def test_a_block_of_lines_names_its_first_person_or_office(row: str) -> None:
    block, _, right = row.partition(" =")
    written, _, greeted = block.partition(" @ ")
    text = "\n\n" + written.replace("/", "\n")
    lines = split_lines(text)
    numbers = [n for n, one in enumerate(lines) if one.text.strip()]
    found = read_block(lines, numbers, frozenset(greeted.split()), WORDS)
    assert shown(found, text) == expected(right)


@pytest.mark.parametrize("row", SALUTATIONS.strip().splitlines())
def test_a_salutation_names_a_person_or_an_office(row: str) -> None:
    line, _, right = row.partition(" =")
    text = "\n\n" + line
    [read] = [one for one in split_lines(text) if one.text.strip()]
    assert shown(read_salutation(read, WORDS), text) == expected(right)
