"""Test the parser of those parts of DER that timestamps use."""

from __future__ import annotations

import pytest

from archive_pkg.packages.signatures import der


@pytest.mark.parametrize(
    ("head", "size"),
    [
        (b"\x04\x00", 0),
        (b"\x04\x7f", 127),
        (b"\x04\x81\x80", 128),
        (b"\x04\x82\x01\x00", 256),
        (b"\x04\x83\x01\x00\x00", 65536),
    ],
)
def test_an_element_has_the_declared_length(head: bytes, size: int) -> None:
    data = head + b"x" * size
    one = der.only(data)
    assert (one.tag, one.content, one.whole) == (4, b"x" * size, data)
    first, second = der.elements(b"??" + data + b"\x02\x01\x05!", 2, len(data) + 5)
    assert (first.whole, second.content) == (data, b"\x05")


def test_elements_can_contain_elements() -> None:
    inner = b"\x02\x01\x05" + b"\x31\x02\x05\x00"
    outer = der.only(b"\x30" + bytes([len(inner)]) + inner)
    number, others = outer.parts()
    assert (outer.tag, number.content, others.tag) == (der.SEQUENCE, b"\x05", der.SET)
    assert [each.whole for each in others.parts()] == [b"\x05\x00"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x1f\x01\x00", "a long tag, or no length"),
        (b"\x3f\x01\x00", "a long tag, or no length"),
        (b"\x02", "a long tag, or no length"),
        (b"\x02\x01\x05\x02", "a long tag, or no length"),
        (b"\x30\x80\x00\x00", "no definite length"),
        (b"\x02\x02\x05", "longer than the one around it"),
        (b"\x04\x81\x03xx", "longer than the one around it"),
        (b"\x04\x84\xff\xff\xff\xffx", "longer than the one around it"),
        (b"", "not enough values"),
        (b"\x05\x00\x05\x00", "too many values"),
    ],
)
def test_malformed_der_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        der.only(data)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\x00", "0.0"),
        (b"\x27", "0.39"),
        (b"\x28", "1.0"),
        (b"\x4f", "1.39"),
        (b"\x50", "2.0"),
        (b"\x88\x37", "2.999"),
        (b"\x55\x04\x03", "2.5.4.3"),
        (b"\x2a\x7f\x81\x00\x80\x01", "1.2.127.128.1"),
        (b"\x2a\x86\x48\x86\xf7\x0d", "1.2.840.113549"),
    ],
)
def test_object_identifiers_are_decoded(content: bytes, name: str) -> None:
    assert der.only(bytes([6, len(content)]) + content).oid() == name
