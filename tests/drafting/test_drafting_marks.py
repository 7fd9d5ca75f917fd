"""A line is read as markings only if it has nothing else."""

from __future__ import annotations

import pytest

from archive_pkg.drafting.official_documents.marks import LONGEST_LINE, read_marking_line
from archive_pkg.drafting.vocabulary import load_vocabulary

LONG = "Abcdefghijklmnopqrstuvwxyzabcdefghijklmn"
# A line, and its markings, each with its kind; nothing for any other line.
STACKS = f"""
Top Secret = level Top Secret
«Top Secret» = level Top Secret
S e c r e t = level S e c r e t
(Secret) = level (Secret)
  (Secret)  = level (Secret)
(Secret = level Secret
(Secret), Urgent = level Secret | caveat Urgent
Secret! = level Secret!
Secret! Urgent! = level Secret! | caveat Urgent!
Urgent = caveat Urgent
urgent =
Copy No. 2 = copy Copy No. 2
5 copies =
No. 174 =
4 May 1961 =
Secret, in 3 copies, No. 174 = level Secret | copies in 3 copies | number 174
Secret, 4 May 1961 = level Secret | date 4 May 1961
Secret, 4 May 1961, 17 = level Secret | date 4 May 1961
Secret, 4 May 1961 noon =
Secret, 17 =
Secret, Garden = level Secret | unknown Garden
Copy No. 2, Garden =
Garden, Secret =
Secret, garden =
Secret, A b c d e = level Secret | unknown A b c d e
Secret, A b c d e f =
Secret, {LONG} = level Secret | unknown {LONG}
Secret, {LONG}o =
Secret and Personal = level Secret | caveat Personal
Secret - Personal = level Secret | caveat Personal
secret and personal =
Top Secret Copy No. 2 = level Top Secret | copy Copy No. 2
Top Secret [Copy No. 2] = level Top Secret | copy Copy No. 2
Top Secret Urgent Personal = level Top Secret | caveat Urgent | caveat Personal
Top Secret Copy No. 2 No. 174 = level Top Secret | copy Copy No. 2 | number 174
No. 174 Top Secret =
Top Secret garden =
{"Secret " * 11}Secret = {"level Secret | " * 11}level Secret
{"Secret " * 12}Secret =
"""


def marks_of(line: str) -> str:
    found = read_marking_line(line, load_vocabulary())
    assert all(line[mark.start : mark.end] == mark.text for mark in found)
    return " | ".join(f"{mark.kind} {mark.text}" for mark in found)


@pytest.mark.parametrize("row", STACKS.strip("\n").splitlines())
def test_the_markings_of_a_line_are_read_only_if_it_has_nothing_else(row: str) -> None:
    line, _, right = row.partition(" =")
    assert marks_of(line) == right.strip()


def test_the_level_of_each_marking_is_known() -> None:
    for line in ("Secret", "Secret and Personal", "(Secret)", "Secret!"):
        assert read_marking_line(line, load_vocabulary())[0].level == "secret"


def test_a_long_line_is_not_a_marking_line() -> None:
    assert marks_of("Secret" + " " * (LONGEST_LINE - 6))
    assert not marks_of("Secret" + " " * (LONGEST_LINE - 5))
