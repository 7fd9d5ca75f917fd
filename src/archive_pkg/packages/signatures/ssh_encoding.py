"""Read and write SSH's binary encoding of keys, signatures and certificates (RFC 4251, 5)."""

from __future__ import annotations


class SshFormatError(ValueError):
    """Data is not in the expected format of OpenSSH. The argument says what is wrong."""


class SshReader:
    """A reader of consecutive fields in SSH's binary encoding.

    All methods raise SshFormatError if the data ends before the field.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data

    def take(self, length: int) -> bytes:
        """Return the next bytes."""
        if len(self._data) < length:
            raise SshFormatError("it is incomplete")
        taken, self._data = self._data[:length], self._data[length:]
        return taken

    def uint32(self) -> int:
        """Return a number of four bytes."""
        return int.from_bytes(self.take(4))

    def uint64(self) -> int:
        """Return a number of eight bytes."""
        return int.from_bytes(self.take(8))

    def string(self) -> bytes:
        """Return a string of bytes, which is preceded by its length."""
        return self.take(self.uint32())

    def text(self) -> str:
        """Return a string of ASCII characters."""
        try:
            return self.string().decode("ascii")
        except UnicodeDecodeError as error:
            raise SshFormatError("a name in it is not ASCII") from error

    def mpint(self) -> int:
        """Return an integer of any size."""
        return int.from_bytes(self.string(), signed=True)

    @property
    def rest(self) -> bytes:
        """The unread bytes."""
        return self._data


def joined(*items: bytes) -> bytes:
    """Return strings, each preceded by its length, as one."""
    return b"".join(len(item).to_bytes(4) + item for item in items)


def key_type(key: bytes) -> str:
    """Return the type of a public key in binary form.

    Raises:
        SshFormatError: The bytes do not begin with a type.
    """
    return SshReader(key).text()
