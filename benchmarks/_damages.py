"""Ten ways to damage a package. An audit must find each of them."""

from __future__ import annotations

import hashlib
import re
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def _part(package: Path) -> Path:
    return package / "data" / "parts" / "transcription.txt"


def flip_a_bit(package: Path) -> None:
    """Flip one bit in a letter's text."""
    data = bytearray(_part(package).read_bytes())
    data[len(data) // 2] ^= 1
    _part(package).write_bytes(data)


def truncate(package: Path) -> None:
    """Cut off the second half of a file."""
    data = _part(package).read_bytes()
    _part(package).write_bytes(data[: len(data) // 2])


def swap(package: Path) -> None:
    """Swap the bytes of two files."""
    one, other = _part(package), _part(package).with_name("translation.txt")
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def delete(package: Path) -> None:
    """Delete a file."""
    _part(package).unlink()


def add(package: Path) -> None:
    """Add a file that no manifest lists."""
    (package / "data" / "parts" / "added.txt").write_text("not of the letter")


def forge(package: Path) -> None:
    """Change the text and all manifests, so that the bag is valid but not the original one."""
    text = _part(package).read_text()
    at = next(at for at in range(len(text) // 2, len(text)) if "a" <= text[at] < "z")
    _part(package).write_text(text[:at] + chr(ord(text[at]) + 1) + text[at + 1 :])
    record = package / "data" / "record.json"
    old = re.findall(r'"sha256": "([0-9a-f]{64})"', record.read_text())[0]
    new = hashlib.sha256(_part(package).read_bytes()).hexdigest()
    for file in [record, *(package / "data" / "tables").glob("*.csv")]:
        file.write_text(file.read_text().replace(old, new))
    for pattern in ("manifest-*.txt", "tagmanifest-*.txt"):
        for manifest in package.glob(pattern):
            algorithm = manifest.stem.rpartition("-")[2]
            names = [line.split(maxsplit=1)[1] for line in manifest.read_text().splitlines()]
            lines = [
                f"{hashlib.new(algorithm, (package / name).read_bytes()).hexdigest()}  {name}\n"
                for name in names
            ]
            manifest.write_text("".join(lines))


def spoil_a_manifest(package: Path) -> None:
    """Change one digit in a manifest."""
    manifest = package / "manifest-sha512.txt"
    text = manifest.read_text()
    manifest.write_text(("0" if text[0] != "0" else "1") + text[1:])


def zero(package: Path) -> None:
    """Replace a file by zeros of the same length, as a crash can do."""
    record = package / "data" / "record.json"
    record.write_bytes(bytes(record.stat().st_size))


def link(package: Path) -> None:
    """Replace a file by a link to it."""
    _part(package).rename(package.parent / f".{package.name}.moved")
    _part(package).symlink_to(package.parent / f".{package.name}.moved")


def vanish(package: Path) -> None:
    """Delete the complete package."""
    shutil.rmtree(package)


KINDS = (flip_a_bit, truncate, swap, delete, add, forge, spoil_a_manifest, zero, link, vanish)
