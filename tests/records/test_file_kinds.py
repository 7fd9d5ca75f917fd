"""What a file is, by its first bytes."""

from __future__ import annotations

import pytest

from archive_pkg.records.file_kinds import recognize


@pytest.mark.parametrize(
    "head",
    [
        b"From: a@b.org\nTo: c@d.org\nMIME-Version: 1.0\n\nDear Sir",
        b"Received: from mx.b.org by mail.d.org;\n\tMon, 1 Jun 1998\nMessage-ID: <1@b.org>\n\nDear",
        b"message-id:\r\n <1@b.org>\r\n\r\nDear",
    ],
)
def test_a_message_is_an_e_mail(head: bytes) -> None:
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
def test_a_record_and_the_head_of_a_memorandum_are_no_e_mail(head: bytes) -> None:
    assert recognize(head) is None
