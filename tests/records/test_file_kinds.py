"""Kinds of files are recognized by their content."""

from __future__ import annotations

import pytest

from archive_pkg.records.file_kinds import recognize, recognize_text


@pytest.mark.parametrize(
    "head",
    [
        b"From: a@b.org\nTo: c@d.org\nMIME-Version: 1.0\n\nDear Sir",
        b"Received: from mx.b.org by mail.d.org;\n\tMon, 1 Jun 1998\nMessage-ID: <1@b.org>\n\nDear",
        b"message-id:\r\n <1@b.org>\r\n\r\nDear",
        b"From: a@b.org\nDate: Tue, 2 Jun 1998 09:30:00 +0200\nSubject: x\n\nDear",
    ],
)
def test_an_e_mail_message_is_recognized(head: bytes) -> None:
    kind = recognize(head)
    assert kind is not None
    assert kind.name == "an e-mail message"


@pytest.mark.parametrize(
    "head",
    [
        b"format: 3\nid: telegram\ntype: telegram\ntitle: Telegram\nreceived: 1960-07-20\n",
        b"From: the Embassy\nTo: the Minister\nReceived: from the courier, 20 July\n\nWe report",
        b"Dear Sir,\nMIME-Version: 1.0 was announced",
    ],
)
def test_records_and_heads_of_memoranda_are_not_recognized_as_e_mails(head: bytes) -> None:
    assert recognize(head) is None


@pytest.mark.parametrize(
    ("data", "program"),
    [
        (
            b"\x06A. Roe" + b" " * 48 + b"\x06\0" + b"A\0.\0 \0R\0o\0e\0" + b" \0" * 46 + b"\0",
            "Word",
        ),
        (b",A. Roe,desk,02.06.1998 09:30,file:///home/roe/.config/libreoffice/4;", "Writer"),
    ],
)
def test_a_lock_file_is_recognized(data: bytes, program: str) -> None:
    kind = recognize(data)
    assert kind is not None, program
    assert "lock file" in kind.name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            '<?xml version="1.0"?>\n<mods xmlns="http://www.loc.gov/mods/v3"><a/></mods>',
            "a MODS record",
        ),
        ('<m:mods xmlns:m="http://www.loc.gov/mods/v3"><m:a/></m:mods>', "a MODS record"),
        ('<record xmlns="http://www.loc.gov/MARC21/slim"></record>\n', "a MARCXML record"),
        ("<!DOCTYPE html>\n<HTML lang='de'><p>Hallo</p></HTML>", "a web page (HTML)"),
        ("<!-- made by hand -->\n<ead id='x'></ead>", "an EAD 2002 finding aid"),
        ('<?xml version="1.0"?>\n<letters/>', "an XML file with the root element “letters”"),
        ('<?xml version="1.0"?>\nDear Sir', "XML"),
        ("\ufeffid;date;from\n1;1998-06-02;A\n", "a table (CSV)"),
        ('id\tdate\tfrom\r\n1\t1998-06-02\t"A,\r\nB"\r\n', "a table (CSV)"),
        ('{"id": "a", "parts": []}', "a JSON file"),
        ("# reviewed\nformat: 3\nid: a\ntype: letter\ntitle: Letter\n", "a record"),
        ('sheet: "a"\n\n# columns\ncolumns:\n  "b": date\neverywhere:\n', "a YAML file"),
    ],
)
def test_data_formats_that_are_text_are_recognized(text: str, name: str) -> None:
    kind = recognize_text(text)
    assert kind is not None
    assert kind.name == name


@pytest.mark.parametrize(
    "text",
    [
        "<crossed out> Dear Sir,\n\nI have your letter.",
        "[Stamp: Received]\n\nDear Sir,",
        "Berlin, 2 June 1998, evening\nDear Anna, dear Otto, dear all",
        "Stalin, Molotov, Beria\nMikoyan, Bulganin, Malenkov\n",
        "one;two;three",
        "from: Anna\nto: Otto\ndate: 2 June 1998\n\nWe arrived.",
        "id: 5\n" + "\n" * 5000,
    ],
)
def test_a_letter_is_not_recognized_as_data(text: str) -> None:
    assert recognize_text(text) is None
