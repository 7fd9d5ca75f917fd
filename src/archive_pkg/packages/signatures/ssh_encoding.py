"""SSH's binary form (RFC 4251, 5), in which keys, signatures and certificates come."""

from __future__ import annotations


class SshFormatError(ValueError):
    """What was given is no OpenSSH signature or key; the argument says what is wrong."""


class Wire:
    """Fields in SSH's binary form (RFC 4251, 5), read one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def take(self, length: int) -> bytes:
        """So many bytes."""
        if len(self._data) < length:
            raise SshFormatError("it is incomplete")
        taken, self._data = self._data[:length], self._data[length:]
        return taken

    def uint32(self) -> int:
        """A number of four bytes."""
        return int.from_bytes(self.take(4))

    def uint64(self) -> int:
        """A number of eight bytes."""
        return int.from_bytes(self.take(8))

    def string(self) -> bytes:
        """Bytes that begin with their length."""
        return self.take(self.uint32())

    def text(self) -> str:
        """A string of ASCII characters."""
        try:
            return self.string().decode("ascii")
        except UnicodeDecodeError as error:
            raise SshFormatError("a name in it is not ASCII") from error

    def mpint(self) -> int:
        """A whole number of any size."""
        return int.from_bytes(self.string(), signed=True)

    @property
    def rest(self) -> bytes:
        """What has not been read."""
        return self._data


def joined(*items: bytes) -> bytes:
    """Strings in binary form, one after the other."""
    return b"".join(len(item).to_bytes(4) + item for item in items)


def key_type(key: bytes) -> str:
    """The type of a public key in binary form.

    Raises:
        SshFormatError: It has none.
    """
    return Wire(key).text()
