"""Parse ASN.1 in DER (X.690), as far as timestamps need it."""

from __future__ import annotations

from dataclasses import dataclass

SEQUENCE = 0x30
SET = 0x31


@dataclass(frozen=True, slots=True)
class DerElement:
    """One element: its bytes from `start` to `end`, its content from `inside` to `end`."""

    data: bytes
    start: int
    inside: int
    end: int

    @property
    def tag(self) -> int:
        """The first byte: class, form and number."""
        return self.data[self.start]

    @property
    def whole(self) -> bytes:
        """The bytes with tag and length."""
        return self.data[self.start : self.end]

    @property
    def content(self) -> bytes:
        """The bytes after tag and length."""
        return self.data[self.inside : self.end]

    def parts(self) -> list[DerElement]:
        """Return the elements inside this one. Raises ValueError if they are malformed."""
        return elements(self.data, self.inside, self.end)

    def oid(self) -> str:
        """Return the content as an object identifier, such as "1.2.840.113549"."""
        numbers, number = [0], 0
        for byte in self.content:
            number = number << 7 | byte & 0x7F
            if byte < 0x80:
                numbers.append(number)
                number = 0
        first = min(numbers[1] // 40, 2)
        return ".".join(map(str, [first, numbers[1] - first * 40, *numbers[2:]]))


def elements(data: bytes, start: int, end: int) -> list[DerElement]:
    """Return the elements between two offsets. Raises ValueError if they are malformed."""
    found = []
    while start < end:
        if data[start] & 0x1F == 0x1F or start + 2 > end:
            raise ValueError("an element has a long tag, or no length")
        inside, length = start + 2, data[start + 1]
        if length > 0x80:
            inside += length - 0x80
            length = int.from_bytes(data[start + 2 : inside])
        elif length == 0x80:
            raise ValueError("an element has no definite length")
        if inside + length > end:
            raise ValueError("an element is longer than the one around it")
        found.append(DerElement(data, start, inside, inside + length))
        start = inside + length
    return found


def only(data: bytes) -> DerElement:
    """Return the only element in bytes. Raises ValueError unless there is exactly one."""
    (element,) = elements(data, 0, len(data))
    return element
