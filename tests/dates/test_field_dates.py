"""Dates as people write them in a field, converted to EDTF."""

# ruff: noqa: E501 - a phrase and its readings are on one line

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive_pkg.dates.edtf_string import Edtf
from archive_pkg.dates.field_dates import (
    LONGEST,
    DateConventions,
    column_conventions,
    from_serial,
    read_date,
)

# fmt: off
PHRASES: list[list[tuple[Any, ...]]] = [
    [
        ("14. 7.1960 (?)", "1960-07-14?", "day-and-month", 1), ("1960 ?", "1960?", "year", 1),
        ("1960 [?]", "1960?", "year", 1), ("1960(?)", "1960?", "year", 1),
        ("1960??", "1960?", "year", 1), ("perhaps 1960", "1960?", "year", 1),
        ("maybe 1960", "1960?", "year", 1), ("möglich 1960", None),
        ("vermutlich 1960", "1960?", "year", 1), ("вероятно 1960", "1960?", "year", 1),
        ("probablement 1960", "1960?", "year", 1), ("prob. 1960", "1960?", "year", 1),
    ],
    [
        ("circa 1960", "1960~", "year", 1), ("c. 1960", "1960~", "year", 1),
        ("ca 1960", "1960~", "year", 1), ("cca. 1960", "1960~", "year", 1),
        ("about July 1960", "1960-07~", "month-and-year", 1),
        ("around the 1960", "1960~", "year", 1), ("approximately 1960", "1960~", "year", 1),
        ("approx. 1960", "1960~", "year", 1), ("etwa 1960", "1960~", "year", 1),
        ("ungefähr 1960", "1960~", "year", 1), ("gegen 1960", "1960~", "year", 1),
        ("um 1960", "1960~", "year", 1), ("vers 1960", "1960~", "year", 1),
        ("environ 1960", "1960~", "year", 1), ("около 1960", "1960~", "year", 1),
        ("ок. 1960", "1960~", "year", 1), ("verso 1960", "1960~", "year", 1),
        ("hacia 1960", "1960~", "year", 1), ("ca.1960", "1960~", "year", 1),
    ],
    [
        ("(1960)", "1960", "year", 1, "supplied: in brackets"),
        ("<1960>", "1960", "year", 1, "supplied: in brackets"),
        ("[ca. 1960]", "1960~", "year", 1, "supplied: in brackets"),
        ("[1960?]", "1960?", "year", 1, "supplied: in brackets"),
        ("3 May 19[23]", "1923-05-03", "written-date", 1, "supplied: in brackets"),
        ("[3 May] 1923", "1923-05-03", "written-date", 1, "supplied: in brackets"),
        ("[3] May [1923]", "1923-05-03", "written-date", 1, "supplied: in brackets"),
        ("ca. 1960?", "1960%", "year", 1), ("1960~", "1960~", "edtf", 2),
        ("ca. 1959–1961", "1959~/1961~", "span", 1),
        ("ca. between 1959 and 1961", "[1959..1961]", "between", 1),
    ],
    [
        ("spring 1960", "1960-21", "season", 2), ("Frühjahr 1960", "1960-21", "season", 2),
        ("printemps 1960", "1960-21", "season", 2), ("весна 1960", "1960-21", "season", 2),
        ("primavera 1960", "1960-21", "season", 2), ("été 1960", "1960-22", "season", 2),
        ("лето 1960", "1960-22", "season", 2), ("estate 1960", "1960-22", "season", 2),
        ("verano 1960", "1960-22", "season", 2), ("autumn 1960", "1960-23", "season", 2),
        ("fall 1960", "1960-23", "season", 2), ("Herbst 1960", "1960-23", "season", 2),
        ("осенью 1960", "1960-23", "season", 2), ("otoño 1960", "1960-23", "season", 2),
        ("winter 1960", "1960-24", "season", 2), ("hiver 1960", "1960-24", "season", 2),
        ("зимой 1960", "1960-24", "season", 2), ("invierno 1960", "1960-24", "season", 2),
        ("in the spring of 1960", "1960-21", "season", 2),
        ("im Sommer 1960", "1960-22", "season", 2), ("summer, 1960", "1960-22", "season", 2),
        ("Winter 1959/1960", "1959-24", "season", 2), ("summer 1959/60", None), ("foo 1960", None),
    ],
    [
        ("early 1960", "1960", "part-of-it", 1), ("mid-1960", "1960", "part-of-it", 1),
        ("middle of 1960", "1960", "part-of-it", 1),
        ("late July 1960", "1960-07", "part-of-it", 1),
        ("beginning of the 1960", "1960", "part-of-it", 1),
        ("Anfang 1960", "1960", "part-of-it", 1), ("Mitte 1960", "1960", "part-of-it", 1),
        ("Ende Juli 1960", "1960-07", "part-of-it", 1), ("début 1960", "1960", "part-of-it", 1),
        ("fin de 1960", "1960", "part-of-it", 1), ("начало 1960", "1960", "part-of-it", 1),
        ("first half of 1960", "1960", "part-of-it", 1),
        ("early ca. 1960", "1960~", "part-of-it", 1),
    ],
    [
        ("between 1959 and 1961", "[1959..1961]", "between", 2),
        ("betw. 1959 and the 1961", "[1959..1961]", "between", 2),
        ("entre 1959 et 1961", "[1959..1961]", "between", 2),
        ("между 1959 и 1961", "[1959..1961]", "between", 2),
        ("między 1959 a 1961", "[1959..1961]", "between", 2),
        ("mezi 1959 a 1961", "[1959..1961]", "between", 2),
        ("tra 1959 e 1961", "[1959..1961]", "between", 2),
        ("entre 1959 y 1961", "[1959..1961]", "between", 2),
        ("between March and May 1960", "[1960-03..1960-05]", "between", 2),
        ("between July 1959 and 1961", None), ("between 4/5/1960 and 1961", None),
        ("between foo and 1961", None), ("zwischen dem 3. und 5. Mai 1960", None),
    ],
    [
        ("1960 oder 1961", "[1960,1961]", "either", 2),
        ("1960 ou 1961", "[1960,1961]", "either", 2),
        ("1960 или 1961", "[1960,1961]", "either", 2), ("1960 o 1961", "[1960,1961]", "either", 2),
        ("3 May 1923 or 1924", "[1923-05-03,1924-05-03]", "either", 2),
        ("May 1923 or 1924", "[1923-05,1924-05]", "either", 2),
        ("1923 or May 1924", "[1923,1924-05]", "either", 2), ("1960s or 1970s", None),
        ("May or June 1960", "[1960-05,1960-06]", "either", 2),
    ],
    [
        ("before 1960", "[..1959]", "before", 1), ("vor 1960", "[..1959]", "before", 1),
        ("avant 1960", "[..1959]", "before", 1), ("до 1960", "[..1959]", "before", 1),
        ("prior to 1960", "[..1959]", "before", 1), ("antes de 1960", "[..1959]", "before", 1),
        ("prima del 1960", "[..1959]", "before", 1),
        ("before July 1960", "[..1960-06]", "before", 1),
        ("before January 1960", "[..1959-12]", "before", 1),
        ("before 1 March 1960", "[..1960-02-29]", "before", 1),
        ("before the 1960", "[..1959]", "before", 1), ("before dem 1960", "[..1959]", "before", 1),
    ],
    [
        ("after 1960", "[1961..]", "after", 1), ("nach 1960", "[1961..]", "after", 1),
        ("après 1960", "[1961..]", "after", 1), ("после 1960", "[1961..]", "after", 1),
        ("post 1960", "[1961..]", "after", 1), ("later than 1960", "[1961..]", "after", 1),
        ("dopo 1960", "[1961..]", "after", 1), ("después de 1960", "[1961..]", "after", 1),
        ("after December 1960", "[1961-01..]", "after", 1),
        ("after 31 December 1960", "[1961-01-01..]", "after", 1),
        ("after 28 February 1961", "[1961-03-01..]", "after", 1),
    ],
    [
        ("not after 1960", "[..1960]", "not-after", 1),
        ("not later than 1960", "[..1960]", "not-after", 1),
        ("no later than 1960", "[..1960]", "not-after", 1),
        ("by 1960", "[..1960]", "not-after", 1), ("until 1960", "[..1960]", "not-after", 1),
        ("till 1960", "[..1960]", "not-after", 1), ("up to 1960", "[..1960]", "not-after", 1),
        ("bis zum 3. Mai 1960", "[..1960-05-03]", "not-after", 1),
        ("jusqu'en 1960", "[..1960]", "not-after", 1),
        ("jusqu’à 1960", "[..1960]", "not-after", 1),
        ("не позднее 1960", "[..1960]", "not-after", 1),
        ("terminus ante quem 1960", "[..1960]", "not-after", 1),
        ("hasta 1960", "[..1960]", "not-after", 1),
    ],
    [
        ("not before 1960", "[1960..]", "not-before", 1),
        ("not earlier than 1960", "[1960..]", "not-before", 1),
        ("since 1960", "[1960..]", "not-before", 1), ("from 1960", "[1960..]", "not-before", 1),
        ("ab 1960", "[1960..]", "not-before", 1), ("seit 1960", "[1960..]", "not-before", 1),
        ("frühestens 1960", "[1960..]", "not-before", 1),
        ("depuis 1960", "[1960..]", "not-before", 1), ("dès 1960", "[1960..]", "not-before", 1),
        ("с 1960", "[1960..]", "not-before", 1), ("не ранее 1960", "[1960..]", "not-before", 1),
        ("terminus post quem 1960", "[1960..]", "not-before", 1),
        ("desde 1960", "[1960..]", "not-before", 1),
        ("not before 4/5/1960", "day-or-month", [("[1960-05-04..]", "not-before", 1), ("[1960-04-05..]", "not-before", 1)]),
        ("before ca. 1960", None), ("before 1960s", None),
        ("until [1960]", "[..1960]", "not-after", 1, "supplied: in brackets"),
    ],
    [
        ("19600718", "1960-07-18", "compact-date", 2),
        ("15000718", "1500-07-18", "compact-date", 2),
        ("20991231", "2099-12-31", "compact-date", 2), ("21000718", None), ("14990718", None),
        ("1960-07-18T00:00", "1960-07-18", "midnight", 1, "written with the time 00:00"),
        ("1960-07-18 00:00:00.000", "1960-07-18", "midnight", 1, "written with the time 00:00"),
        ("1960-07-18T00:00:00+03:00", "1960-07-18", "midnight", 1, "written with the time 00:00"),
        ("1960-07-18T00:00:00Z", "1960-07-18", "midnight", 1, "written with the time 00:00"),
        ("1960-07-18T09:00:00Z", "1960-07-18T09:00:00Z", "edtf", 2),
        ("1960/7/8", "1960-07-08", "year-first", 2),
        ("1960. 7. 8.", "1960-07-08", "year-first", 2),
        ("1960 7 8", "1960-07-08", "year-first", 2), ("7/1960", "1960-07", "month-and-year", 2),
        ("7.1960", "1960-07", "month-and-year", 2), ("07-1960", "1960-07", "month-and-year", 2),
        ("13.1960", None), ("1960.12", "1960-12", "month-and-year", 1),
        ("1960.1", "month-or-number", [("1960-01", "month-and-year", 1), ("1960-10", "month-and-year", 1)]),
        ("1960.10", "1960-10", "month-and-year", 1), ("1960.2", "1960-02", "month-and-year", 1),
        ("VII 1960", "1960-07", "roman-month", 2), ("18 VII 1960", "1960-07-18", "roman-month", 2),
        ("18. vii. 1960", "1960-07-18", "roman-month", 2),
        ("18 VII 1960 r.", "1960-07-18", "roman-month", 2), ("18 XIII 1960", None),
        ("1960 July", "1960-07", "month-and-year", 2),
        ("1960, July 8", "1960-07-08", "written-date", 2),
        ("1960. július 8.", "1960-07-08", "written-date", 2), ("1960 foo", None),
    ],
    [
        ("year 1960", "1960", "year", 2), ("Jahr 1960", "1960", "year", 2),
        ("im Jahre 1960", "1960", "year", 2), ("en 1960", "1960", "year", 2),
        ("in 1960", "1960", "year", 2), ("1960 г.", "1960", "year", 2),
        ("1960 года", "1960", "year", 2), ("1960г", "1960", "year", 2),
        ("1960", "1960", "edtf", 2),
    ],
    [
        ("1960s", "196X", "decade", 2), ("1960's", "196X", "decade", 2),
        ("the 1960s", "196X", "decade", 2), ("in den 1960er Jahren", "196X", "decade", 2),
        ("1960er", "196X", "decade", 2), ("années 1960s", "196X", "decade", 2),
        ("1960-х", "196X", "decade", 2), ("196s", None), ("160s", None),
        ("60s", "196X", "decade", 1), ("'60s", "196X", "decade", 1),
        ("the '60s", "196X", "decade", 1), ("in den 60er Jahren", "196X", "decade", 1),
        ("60er", "196X", "decade", 1), ("30s", "193X", "decade", 1),
        ("1560s", "156X", "decade", 2), ("560s", None),
    ],
    [
        ("196?", "196X", "digits", 1), ("196x", "196X", "digits", 1),
        ("196_", "196X", "digits", 1), ("196-", "196X", "digits", 1),
        ("19??", "19XX", "digits", 1), ("19xx", "19XX", "digits", 1),
        ("19__", "19XX", "digits", 1), ("19--", "19XX", "digits", 1), ("19?", None),
        ("1960x", None),
    ],
    [
        ("19th century", "18XX", "century", 2), ("the 19th century", "18XX", "century", 2),
        ("19. Jh.", "18XX", "century", 2), ("19. Jahrhundert", "18XX", "century", 2),
        ("19. Jahrhunderts", "18XX", "century", 2), ("XIX век", None),
        ("19-й век", "18XX", "century", 2), ("19e siècle", "18XX", "century", 2),
        ("19ème siècle", "18XX", "century", 2), ("20 в.", "19XX", "century", 2),
        ("01th century", "00XX", "century", 2), ("21th century", "20XX", "century", 2),
    ],
    [
        ("1959-1961", "1959/1961", "span", 2), ("1959 – 1961", "1959/1961", "span", 2),
        ("1959/1961", "1959/1961", "edtf", 2), ("1961-1959", None), ("1959-1959", None),
        ("3.-5.7.1960", "1960-07-03/1960-07-05", "span", 2),
        ("3–5 July 1960", "1960-07-03/1960-07-05", "span", 2),
        ("3. - 5. Juli 1960", "1960-07-03/1960-07-05", "span", 2),
        ("July-August 1960", "1960-07/1960-08", "span", 2),
        ("July/August, 1960", "1960-07/1960-08", "span", 2),
        ("from 1959 to 1961", "1959/1961", "span", 2),
        ("von 1959 bis 1961", "1959/1961", "span", 2),
        ("vom 3. Mai bis zum 5. Juli 1960", "1960-05-03/1960-07-05", "span", 2),
        ("de 1959 à 1961", "1959/1961", "span", 2), ("с 1959 по 1961", "1959/1961", "span", 2),
        ("dal 1959 - 1961", "1959/1961", "span", 2), ("1959 to 1961", "1959/1961", "span", 2),
        ("1959..1961", "1959/1961", "span", 2), ("1959?–1961", "1959?/1961", "span", 1),
        ("ca. 1959 bis 1961?", "1959%/1961%", "span", 1),
        ("3 May – 5 July 1960", "1960-05-03/1960-07-05", "span", 2),
        ("3 May 1959 – 5 July 1960", "1959-05-03/1960-07-05", "span", 2), ("foo bis 1961", None),
        ("1959–61", "1959/1961", "span", 1), ("5–3 July 1960", None), ("36–37 July 1960", None),
        ("from 1961 to 1959", None),
    ],
    [
        ("7/18/1960", "1960-07-18", "month-and-day", 2),
        ("18/7/1960", "1960-07-18", "day-and-month", 2), ("13/13/1960", None),
        ("4/4/1960", "1960-04-04", "day-and-month", 1),
        ("7/18/60", "1960-07-18", "month-and-day", 1), ("31/2/60", None), ("2/31/1960", None),
    ],
    [
        ("Monday, 18 July 1960", "1960-07-18", "written-date", 2),
        ("Mo., 18. Juli 1960", "1960-07-18", "written-date", 2),
        ("den 18. Juli 1960", "1960-07-18", "written-date", 2), ("18 July 1960 approx", None),
        ("18 July 1960 and 19 July 1960", None), ("18. Juli", None),
        ("le 18 juillet 1960", "1960-07-18", "written-date", 2),
        ("понедельник, 18 июля 1960 года", "1960-07-18", "written-date", 2),
        ("18 июля 1960 г.", "1960-07-18", "written-date", 2),
        ("18 lipca 1960 roku", "1960-07-18", "written-date", 2),
        ("dnia 18 lipca 1960 r.", "1960-07-18", "written-date", 2),
        ("18 června 1960", "1960-06-18", "written-date", 2),
        ("on 18 July 1960", "1960-07-18", "written-date", 2),
    ],
    [
        ("9999", "excel-serial", [("1927-05-17", "excel-serial", 1)]), ("2100", "2100", "edtf", 2),
        ("2101", "excel-serial", [("1905-10-01", "excel-serial", 1)]),
        ("22115", "excel-serial", [("1960-07-18", "excel-serial", 1)]),
        ("99999", "excel-serial", [("2173-10-13", "excel-serial", 1)]), ("100000", None),
        ("2958465", None), ("1", None), ("0060", "0060", "edtf", 2), ("60", None),
    ],
    [
        ("1911/12", "years-or-month", [("1911/1912", "span", 1), ("1911-12", "month-and-year", 1)]),
        ("1911-12", "years-or-month", [("1911/1912", "span", 1), ("1911-12", "edtf", 2)]),
        ("1911–12", "1911/1912", "span", 1), ("1911/13", "1911/1913", "span", 1),
        ("1911-13", "1911/1913", "span", 1), ("1999/00", "1999/2000", "span", 1),
        ("1999/0", "1999/2000", "span", 1),
        ("1909/10", "years-or-month", [("1909/1910", "span", 1), ("1909-10", "month-and-year", 1)]),
        ("1911/11", "1911-11", "month-and-year", 1), ("1911/10", "1911-10", "month-and-year", 1),
        ("1911-21", "years-or-month", [("1911/1921", "span", 1), ("1911-21", "season", 1)]),
        ("1911-24", "years-or-month", [("1911/1924", "span", 1), ("1911-24", "season", 1)]),
        ("1911-25", "1911/1925", "span", 1), ("1911/1", "1911-01", "month-and-year", 1),
        ("1911/2", "years-or-month", [("1911/1912", "span", 1), ("1911-02", "month-and-year", 1)]),
        ("1751/2", "years-or-month", [("1751/1752", "span", 1), ("1752", "dual-year", 1), ("1751-02", "month-and-year", 1)]),
        ("1752/3", "years-or-month", [("1752/1753", "span", 1), ("1752-03", "month-and-year", 1)]),
        ("1753/4", "years-or-month", [("1753/1754", "span", 1), ("1753-04", "month-and-year", 1)]),
        ("1911-2", "years-or-month", [("1911/1912", "span", 1), ("1911-02", "month-and-year", 1)]),
        ("1911/00", None),
        ("1698/9", "years-or-month", [("1698/1699", "span", 1), ("1699", "dual-year", 1), ("1698-09", "month-and-year", 1)]),
    ],
    [
        ("1 March 1704/5", "1705-03-12", "dual-year", 1, "1 March 1705 in the Julian calendar; the year began on 25 March"),
        ("24 March 1704/5", "1705-04-04", "dual-year", 1, "24 March 1705 in the Julian calendar; the year began on 25 March"),
        ("25 March 1704/5", "dual-year", [("1704-03-25", "written-date", 2), ("1705-03-25", "written-date", 2)]),
        ("1 March 1752/3", "dual-year", [("1752-03-01", "written-date", 2), ("1753-03-01", "written-date", 2)]),
        ("1 March 1751/2", "1752-03-12", "dual-year", 1, "1 March 1752 in the Julian calendar; the year began on 25 March"),
        ("1 March 1704/05", "1705-03-12", "dual-year", 1, "1 March 1705 in the Julian calendar; the year began on 25 March"),
        ("1 March 1704/1705", "1705-03-12", "dual-year", 1, "1 March 1705 in the Julian calendar; the year began on 25 March"),
        ("1 March 1699/700", None), ("1 March 1704/6", None), ("1 March 1704/705", None),
        ("1.3.1704/5", "1705-03-12", "dual-year", 1, "1 March 1705 in the Julian calendar; the year began on 25 March"),
        ("foo 1704/5", None),
        ("1 March 1699/00", "1700-03-12", "dual-year", 1, "1 March 1700 in the Julian calendar; the year began on 25 March"),
    ],
    [
        ("12/24 June 1855", "1855-06-24", "double-date", 1, "12 June 1855 in the Julian calendar"),
        ("24/12 June 1855", "1855-06-24", "double-date", 1, "12 June 1855 in the Julian calendar"),
        ("12/23 June 1855", "double-date-contradicts", [("1855-06-12", "written-date", 2), ("1855-06-23", "written-date", 2)]),
        ("12 June (24 June) 1855", "1855-06-24", "double-date", 1, "12 June 1855 in the Julian calendar"),
        ("12 June 1855 (24 June 1855)", "1855-06-24", "double-date", 1, "12 June 1855 in the Julian calendar"),
        ("24 June 1855/12 June 1855", "1855-06-24", "double-date", 1, "12 June 1855 in the Julian calendar"),
        ("20 December 1855/1 January 1856", "1856-01-01", "double-date", 1, "20 December 1855 in the Julian calendar"),
        ("20 December/1 January 1856", "1856-01-01", "double-date", 1, "20 December 1855 in the Julian calendar"),
        ("12.6./24.6.1855", "1855-06-24", "double-date", 1, "12 June 1855 in the Julian calendar"),
        ("7/8 June 1921", "[1921-06-07,1921-06-08]", "either", 1),
        ("7/9 June 1921", "span-or-either", [("[1921-06-07,1921-06-09]", "either", 2), ("1921-06-07/1921-06-09", "span", 2)]),
        ("1/15 June 1921", "double-date-contradicts", [("1921-06-01", "written-date", 2), ("1921-06-15", "written-date", 2)]),
        ("1/14 June 1921", "1921-06-14", "double-date", 1, "1 June 1921 in the Julian calendar"),
        ("1/10 June 1921", "double-date-contradicts", [("1921-06-01", "written-date", 2), ("1921-06-10", "written-date", 2)]),
        ("8/7 June 1921", "double-date-contradicts", [("1921-06-08", "written-date", 2), ("1921-06-07", "written-date", 2)]),
        ("12 (24) June 1855", "1855-06-24", "double-date", 1, "12 June 1855 in the Julian calendar"),
        ("1/13 Mai 1848 г.", "1848-05-13", "double-date", 1, "1 May 1848 in the Julian calendar"),
        ("31/32 June 1855", None),
        ("28 February/12 March 1900", "1900-03-12", "double-date", 1, "28 February 1900 in the Julian calendar"),
        ("29 February/13 March 1900", "1900-03-13", "double-date", 1, "29 February 1900 in the Julian calendar"),
        ("16/29 February 1900", "double-date-contradicts", [("1900-02-16", "written-date", 2)]),
        ("18/30.VI.1855", "1855-06-30", "double-date", 1, "18 June 1855 in the Julian calendar"),
    ],
    [
        ("12 June 1855 O.S.", "1855-06-24", "old-style-date", 1, "12 June 1855 in the Julian calendar"),
        ("12 June 1855 (old style)", "1855-06-24", "old-style-date", 1, "12 June 1855 in the Julian calendar"),
        ("12 June 1855, a. St.", "1855-06-24", "old-style-date", 1, "12 June 1855 in the Julian calendar"),
        ("12.6.1855 ст. ст.", "1855-06-24", "old-style-date", 1, "12 June 1855 in the Julian calendar"),
        ("12 June 1855 julian calendar", "1855-06-24", "old-style-date", 1, "12 June 1855 in the Julian calendar"),
        ("12 June 1855 julianisch", "1855-06-24", "old-style-date", 1, "12 June 1855 in the Julian calendar"),
        ("June 1855 O.S.", None), ("30 February 1855 O.S.", None),
        ("29 February 1900 O.S.", "1900-03-13", "old-style-date", 1, "29 February 1900 in the Julian calendar"),
        ("24 June 1855 N.S.", "1855-06-24", "written-date", 2),
        ("24 June 1855 n. St.", "1855-06-24", "written-date", 2),
        ("24 June 1855 new style", "1855-06-24", "written-date", 2),
        ("24 June 1855 gregorian calendar", "1855-06-24", "written-date", 2),
        ("24. Juni 1855 neuen Stils", "1855-06-24", "written-date", 2),
    ],
    [
        ("7.6.1921 (Poststempel)", "1921-06-07", "day-and-month", 2, "postmark"),
        ("7.6.1921, postmark", "1921-06-07", "day-and-month", 2, "postmark"),
        ("7.6.1921 [postmarked]", "1921-06-07", "day-and-month", 2, "postmark"),
        ("postmark: 7.6.1921", "1921-06-07", "day-and-month", 2, "postmark"),
        ("cachet de la poste 7.6.1921", "1921-06-07", "day-and-month", 2, "postmark"),
        ("штемпель 7.6.1921", "1921-06-07", "day-and-month", 2, "postmark"),
        ("stempel pocztowy 7.6.1921", "1921-06-07", "day-and-month", 2, "postmark"),
        ("timbro postale 7.6.1921", "1921-06-07", "day-and-month", 2, "postmark"),
        ("matasellos 7.6.1921", "1921-06-07", "day-and-month", 2, "postmark"),
        ("4/5/1921 (postmark)", "day-or-month", [("1921-05-04", "day-and-month", 1, "postmark"), ("1921-04-05", "month-and-day", 1, "postmark")]),
        ("[7.6.1921 (postmark)]", "1921-06-07", "day-and-month", 1, "postmark; supplied: in brackets"),
    ],
    [
        ("31 June 1921", "no-such-day", []), ("31.6.1921", "no-such-day", []),
        ("30 February 1921", "no-such-day", []), ("29 February 1921", "no-such-day", []),
        ("29.2.1900", "no-such-day", [("1900-03-13", "old-style-date", 1, "29 February 1900 in the Julian calendar")]),
        ("1921-02-29", "no-such-day", []), ("1921-06-31", "no-such-day", []),
        ("31 foo 1921", None), ("31 June 31", "no-such-day", []),
        ("29 February 1700", "no-such-day", [("1700-03-11", "old-style-date", 1, "29 February 1700 in the Julian calendar")]),
    ],
    [
        ("undated", "", "undated", 2), ("[undated]", "", "undated", 2),
        ("(n.d.)", "", "undated", 2), ("N.D.", "", "undated", 2), ("o. J.", "", "undated", 2),
        ("sans date", "", "undated", 2), ("без даты", "", "undated", 2),
        ("brak daty", "", "undated", 2), ("sin fecha", "", "undated", 2), ("?", "", "undated", 2),
        ("[?]", "", "undated", 2), ("—", "", "undated", 2), ("unknown", "", "undated", 2),
    ],
    [
        ("“7” June 1921", "1921-06-07", "written-date", 2),
        ("»7« June 1921", "1921-06-07", "written-date", 2),
        ("7\u00a0June\u00a01921", "1921-06-07", "written-date", 2),
        ("  7   June 1921 ", "1921-06-07", "written-date", 2),
    ],
    [
        ("82. 11. 04.", "century", [("1982-11-04", "year-first", 1), ("1882-11-04", "year-first", 1)]),
        ("31. 11. 04.", "no-such-day", []),
        ("32. 11. 04.", "century", [("1932-11-04", "year-first", 1), ("1832-11-04", "year-first", 1)]),
        ("1e 1960", None),
    ],
    [
        ("1960-07-18", "1960-07-18", "edtf", 2),
        ("18.7.1960", "1960-07-18", "day-and-month", 2),
        ("18. Juli 1960", "1960-07-18", "written-date", 2),
        ("Monday, July 18th, 1960", "1960-07-18", "written-date", 2),
        ("18.VII.1960", "1960-07-18", "roman-month", 2),
        ("1960/07/18", "1960-07-18", "year-first", 2),
        ("18/7/60", "1960-07-18", "day-and-month", 1),
        ("1960-07-18 00:00:00", "1960-07-18", "midnight", 1, "written with the time 00:00"),
        ("July 1960", "1960-07", "month-and-year", 2),
        ("Sommer 1960", "1960-22", "season", 2),
        ("Winter 1959/60", "1959-24", "season", 2),
        ("1960?", "1960?", "edtf", 2),
        ("[1960]", "1960", "year", 1, "supplied: in brackets"),
        ("[July 1960?]", "1960-07?", "month-and-year", 1, "supplied: in brackets"),
        ("ca. 1960", "1960~", "year", 1),
        ("wohl um 1960", "1960%", "year", 1),
        ("60er Jahre", "196X", "decade", 1),
        ("zwischen 1959 und 1961", "[1959..1961]", "between", 2),
        ("between 1 and 5 July 1960", "[1960-07-01..1960-07-05]", "between", 2),
        ("1960 or 1961", "[1960,1961]", "either", 2),
        ("nach dem 31.12.1959", "[1960-01-01..]", "after", 1),
        ("spätestens 1960", "[..1960]", "not-after", 1),
        ("3.–5.7.1960", "1960-07-03/1960-07-05", "span", 2),
        ("Juli/August 1960", "1960-07/1960-08", "span", 2),
        ("from March to May 1960", "1960-03/1960-05", "span", 2),
        ("n.d.", "", "undated", 2),
        ("o. D.", "", "undated", 2),
        ("s.a.", "", "undated", 2),
        ("N. N.", "", "undated", 2),
        ("1887/12", "1887-12", "month-and-year", 1),
        ("1887/93", "1887/1893", "span", 1),
        ("1887-95", "1887/1895", "span", 1),
        ("1887–88", "1887/1888", "span", 1),
        ("[1887/93]", "1887/1893", "span", 1, "supplied: in brackets"),
        ("7 czerwca 1921", "1921-06-07", "written-date", 2),
        ("7. června 1921", "1921-06-07", "written-date", 2),
        ("1921. június 7.", "1921-06-07", "written-date", 2),
        ("7 червня 1921", "1921-06-07", "written-date", 2),
        ("VI 1921", "1921-06", "roman-month", 2),
        ("7 VI 1921", "1921-06-07", "roman-month", 2),
        ("1921 June 7", "1921-06-07", "written-date", 2),
        ("1921-6-7", "1921-06-07", "year-first", 2),
        ("zw. 1886 u. 1888", "[1886..1888]", "between", 2),
        ("7 June 19[21]", "1921-06-07", "written-date", 1, "supplied: in brackets"),
        ("7 June [1921]", "1921-06-07", "written-date", 1, "supplied: in brackets"),
        ("7 June 1921 or 1922", "[1921-06-07,1922-06-07]", "either", 2),
        ("12./24. Juni 1855", "1855-06-24", "double-date", 1, "12 June 1855 in the Julian calendar"),
        ("12/24.6.1855", "1855-06-24", "double-date", 1, "12 June 1855 in the Julian calendar"),
        ("24 июня (12 июня) 1855 г.", "1855-06-24", "double-date", 1, "12 June 1855 in the Julian calendar"),
        ("30 May/11 June 1855", "1855-06-11", "double-date", 1, "30 May 1855 in the Julian calendar"),
        ("25.12.1855/6.1.1856", "1856-01-06", "double-date", 1, "25 December 1855 in the Julian calendar"),
        ("29 февраля 1900 г. ст. ст.", "1900-03-13", "old-style-date", 1, "29 February 1900 in the Julian calendar"),
        ("24 June 1855 (N.S.)", "1855-06-24", "written-date", 2),
        ("2 February 1688/9", "1689-02-12", "dual-year", 1, "2 February 1689 in the Julian calendar; the year began on 25 March"),
        ("postmark 7.6.1921", "1921-06-07", "day-and-month", 2, "postmark"),
        ("[1921]", "1921", "year", 1, "supplied: in brackets"),
        ("1921-06-07T00:00:00Z", "1921-06-07", "midnight", 1, "written with the time 00:00"),
        ("4/5/1960", "day-or-month", [("1960-05-04", "day-and-month", 1), ("1960-04-05", "month-and-day", 1)]),
        ("1907/10", "years-or-month", [("1907/1910", "span", 1), ("1907-10", "month-and-year", 1)]),
        ("1907-10", "years-or-month", [("1907/1910", "span", 1), ("1907-10", "edtf", 2)]),
        ("1907-24", "years-or-month", [("1907/1924", "span", 1), ("1907-24", "season", 1)]),
        ("[1907/08]", "years-or-month", [("1907/1908", "span", 1, "supplied: in brackets"), ("1907-08", "month-and-year", 1, "supplied: in brackets")]),
        ("ca. 1907/08", "years-or-month", [("1907~/1908~", "span", 1), ("1907-08~", "month-and-year", 1)]),
        ("7 July 1698/9", "dual-year", [("1698-07-07", "written-date", 2), ("1699-07-07", "written-date", 2)]),
        ("1921-02-30", "no-such-day", []),
        ("31.XI.1934", "no-such-day", []),
        ("29.2.1921", "no-such-day", []),
        ("29 February 1900", "no-such-day", [("1900-03-13", "old-style-date", 1, "29 February 1900 in the Julian calendar")]),
    ],
]
# fmt: on
"""Phrases with their date, rule, certainty and note; or with their rule and readings."""


@pytest.mark.parametrize("phrases", PHRASES, ids=lambda phrases: phrases[0][0])
def test_each_phrase_is_read_by_its_rule(phrases: list[tuple[Any, ...]]) -> None:
    for written, *expected in phrases:
        read = read_date(written)
        if expected == [None]:
            assert read is None, written
            continue
        assert read is not None, written
        if isinstance(expected[1], list):
            rule, readings = expected
            found = [
                (one.edtf, one.rule, one.sure, *filter(None, [one.note])) for one in read.readings
            ]
            assert (read.edtf, read.rule, read.sure, found) == ("", rule, 0, readings), written
        else:
            found = [read.edtf, read.rule, read.sure, *filter(None, [read.note])]
            assert found == expected, written
            assert read.readings == ()


def test_the_conventions_of_a_column_decide_between_readings() -> None:
    def read(written: str, **conventions: Any) -> tuple[str, str, int]:
        found = read_date(written, DateConventions(**conventions))
        assert found is not None
        return found.edtf, found.rule, found.sure

    assert read("4/5/1960", month_first=False) == ("1960-05-04", "day-and-month", 1)
    assert read("18/5/1960", month_first=True) == ("1960-05-18", "day-and-month", 2)
    assert read("5/18/1960", month_first=False) == ("1960-05-18", "month-and-day", 2)
    assert read("18.5.60", pivot=1961) == ("1960-05-18", "day-and-month", 1)
    assert read("18.5.60", pivot=1960) == ("1860-05-18", "day-and-month", 1)
    assert read("5/18/60", pivot=1960) == ("1860-05-18", "month-and-day", 1)
    assert read("60s", pivot=1960) == ("186X", "decade", 1)
    assert read("82. 11. 04.", pivot=1982) == ("1882-11-04", "year-first", 1)
    assert read("1907/10", year_spans=frozenset("/")) == ("1907/1910", "span", 1)
    assert read("1907/10", year_months=frozenset("/")) == ("1907-10", "month-and-year", 1)
    assert read("1907-10", year_months=frozenset("-")) == ("1907-10", "month-and-year", 1)
    for other in ({"year_spans": frozenset("-")}, {"year_months": frozenset("-")}):
        assert read("1907/10", **other) == ("", "years-or-month", 0)
    assert read("1907/07", year_spans=frozenset("/")) == ("1907-07", "month-and-year", 1)
    assert read("1907/13", year_months=frozenset("/")) == ("1907/1913", "span", 1)
    serial = read_date("22115", DateConventions(epoch_1904=True))
    assert serial is not None
    assert [one.edtf for one in serial.readings] == ["1964-07-19"]


def test_a_phrase_of_the_greatest_length_is_read_and_a_longer_one_is_not() -> None:
    most = "1960" + " " * (LONGEST - 4)
    assert read_date(most)
    assert read_date(most + " ") is None


def test_unambiguous_dates_decide_the_conventions_of_a_column() -> None:
    assert column_conventions([]) == DateConventions()
    assert column_conventions(["1907/08"]) == DateConventions(pivot=1917)
    assert column_conventions(["1907/13", "1907-13"]).year_spans == {"/", "-"}
    assert column_conventions(["[1907/13]", "1907/07"]).year_spans == frozenset()
    assert column_conventions(["1907/07"]).year_months == {"/"}
    for iso in ("1960-07-18", " 1960-07-18 ", "1960-07-18T00:00", "1960-07-18 00:00"):
        assert column_conventions([iso]).year_months == {"-"}
    assert column_conventions(["1960-07-18x"]).year_months == frozenset()
    assert column_conventions(["12/13/60", "1/1/60"]).month_first is True
    assert column_conventions(["13/12/60"]).month_first is False
    assert (
        column_conventions(["12/12/60", "13/13/60", "112/13/60", "12/13/600"]).month_first is None
    )
    assert column_conventions(["1499", "2100", "11960", "19601"]).pivot is None
    assert [column_conventions([year, "1500"]).pivot for year in ("1500", "1960", "2099")] == [
        1510,
        1970,
        2109,
    ]
    assert column_conventions(["1960"], epoch_1904=True).epoch_1904


@pytest.mark.parametrize("written", ["", "soon", "32.1.1960", "1960-13", "Letter 12", "4 July"])
def test_text_that_is_not_a_complete_date_is_not_read(written: str) -> None:
    assert read_date(written) is None


def test_a_column_with_one_proven_reading_is_read_in_that_way() -> None:
    spans = column_conventions(["1907/08", "1912/13"])
    months = column_conventions(["1907-10", "1960-07"])
    both = column_conventions(["1907/08", "1912/13", "1960/07"])
    assert [read_date(text, spans).edtf for text in ("1907/08", "1907/12")] == [
        "1907/1908",
        "1907/1912",
    ]
    assert read_date("1907-10", months).edtf == "1907-10"
    assert read_date("1907-24", months).is_open, "months prove no season"
    assert read_date("82. 11. 04.", column_conventions(["1980"])).edtf == "1982-11-04"
    assert read_date("1907/08", both).is_open
    assert read_date("1907-10", spans).is_open


def test_the_column_decides_the_order_of_day_and_month() -> None:
    assert column_conventions(["4/5/1960", "7/18/1960"]).month_first is True
    assert column_conventions(["4/5/1960", "18/7/1960"]).month_first is False
    assert column_conventions(["4/5/1960"]).month_first is None
    assert column_conventions(["13/5/1960", "5/13/1960"]).month_first is None
    read = read_date("4/5/1960", DateConventions(month_first=True))
    assert read is not None
    assert (read.edtf, read.rule, read.sure) == ("1960-04-05", "month-and-day", 1)


def test_the_column_decides_the_century() -> None:
    read = read_date("3.4.12", column_conventions(["5.6.1914"]))
    assert read is not None
    assert (read.edtf, read.sure) == ("1912-04-03", 1)


def test_serial_numbers_count_the_29_february_1900_of_excel() -> None:
    days = {number: from_serial(number) for number in (1, 59, 60, 61, 22115)}
    assert {number: day and day.edtf for number, day in days.items()} == {
        1: "1900-01-01",
        59: "1900-02-28",
        60: None,
        61: "1900-03-01",
        22115: "1960-07-18",
    }
    assert [from_serial(number) for number in (0, -1, 2_958_466)] == [None] * 3
    assert from_serial(2_958_465).edtf == "9999-12-31"
    assert from_serial(22115).rule == "excel-serial"
    assert from_serial(0, epoch_1904=True).edtf == "1904-01-01"
    later = from_serial(20653, epoch_1904=True)
    assert later is not None
    assert later.edtf == "1960-07-18"


WORDS = st.lists(
    st.sampled_from(
        [
            "18",
            "7",
            ".",
            "/",
            "-",
            "–",
            "1960",
            "60",
            "July",
            "juli",
            "or",
            "between",
            "und",
            "and",
            "ca.",
            "?",
            "[",
            "]",
            "before",
            "s",
        ]
    )
    | st.text(max_size=3),
    max_size=14,
)


@given(WORDS, st.sampled_from(["", " "]))
def test_every_date_read_is_valid_edtf(words: list[str], joint: str) -> None:
    read = read_date(joint.join(words))
    assert read is None or not read.edtf or Edtf(read.edtf)


@pytest.mark.parametrize("sign", ["(", "1-", "zwischen ", "ca. ", "1 ", "a", "?", "bis "])
def test_hostile_text_is_read_quickly(sign: str) -> None:
    started = time.process_time()
    read_date((sign * LONGEST)[:LONGEST])
    assert time.process_time() - started < 10
