"""Change labels of bag-info.txt (RFC 8493, 2.2.2), and leave all its other bytes as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archive_pkg.bags.bag import info_file
from archive_pkg.bags.tagfiles import codec_of, parse_tags, split_lines, tags_to_bytes
from archive_pkg.bags.writing import refuse_tags
from archive_pkg.errors import UsageError
from archive_pkg.messages import _
from archive_pkg.reports import Report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.bags.bag import Bag


@dataclass(frozen=True, slots=True)
class InfoChanges:
    """Changes to bag-info.txt. All other bytes stay as they are.

    Attributes:
        put: Labels and values that replace all values of their labels.
        add: Labels and values to add.
        remove: Labels and values to remove; None removes all values of the label.
    """

    put: tuple[tuple[str, str], ...]
    add: tuple[tuple[str, str], ...]
    remove: tuple[tuple[str, str | None], ...]

    def refuse_misuse(self, bag: Bag) -> None:
        """Refuse tags that cannot be written, and labels or values to remove that do not exist.

        Raises:
            UsageError: A tag cannot be written, or there is no such label or value.
        """
        refuse_tags((*self.put, *self.add))
        for label, value in self.remove:
            if label.lower() == "payload-oxum":
                raise UsageError(_("Payload-Oxum is computed"), _("Leave it out."))
            values = bag.values(label)
            if not values or (value is not None and value not in values):
                tag = label if value is None else f"{label}: {value}"
                raise UsageError(
                    _(
                        "{info_file} of {path} has no {tag}",
                        info_file=info_file(bag.declaration),
                        path=bag.path,
                        tag=tag,
                    )
                )

    def applied(self, data: bytes, bag: Bag) -> bytes:
        """Return the changed bytes of bag-info.txt."""
        codec = codec_of(bag.encoding) or "utf-8"
        info = _Info(data.decode(codec))
        for label, value in self.remove:
            info.remove(label, value)
        wanted: dict[str, list[tuple[str, str]]] = {}
        dated = [pair for pair in self.add if pair[0].lower() == "bagging-date"]
        for label, value in (*self.put, *dated):
            wanted.setdefault(label.lower(), []).append((label, value))
        for pairs in wanted.values():
            info.put(pairs)
        for label, value in self.add:
            if label.lower() != "bagging-date":
                info.add(label, value)
        return "".join(info.lines).encode(codec)


class _Info:
    """The lines of bag-info.txt with their line endings."""

    def __init__(self, text: str) -> None:
        self.lines = lines_with_ends(text)
        self.end = "\r\n" if "\r\n" in text else "\r" if "\r" in text and "\n" not in text else "\n"

    def _places(self, label: str) -> list[tuple[int, int]]:
        """Return where each value of a label starts and stops, as indexes into the lines.

        A value includes its continuation lines; `stop` is the index after the last of them.
        """
        found = []
        for start, line in enumerate(self.lines):
            if line[:1] in (" ", "\t") or line.partition(":")[0].strip().lower() != label.lower():
                continue
            stop = start + 1
            while stop < len(self.lines) and self.lines[stop][:1] in (" ", "\t"):
                stop += 1
            found.append((start, stop))
        return found

    def _line(self, label: str, value: str) -> str:
        line = tags_to_bytes([(label, value)]).decode()
        return line.replace("\n", self.end)

    def remove(self, label: str, value: str | None) -> None:
        """Remove every tag of a label that has this value, or all of them if it is None."""
        for start, stop in reversed(self._places(label)):
            (tag,) = parse_tags("bag-info.txt", "".join(self.lines[start:stop]), (0, 97), Report())
            if value is None or tag.value == value:
                del self.lines[start:stop]

    def put(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Replace all values of a label, putting the new ones where the first one was."""
        label = pairs[0][0]
        places = self._places(label)
        if not places:
            for pair in pairs:
                self.add(*pair)
            return
        spelled = self.lines[places[0][0]].partition(":")[0]
        for start, stop in reversed(places):
            del self.lines[start:stop]
        lines = [spelled + self._line(label, value)[len(label) :] for label, value in pairs]
        self.lines[places[0][0] : places[0][0]] = lines

    def add(self, label: str, value: str) -> None:
        """Add a value after the label's last value, or at the end."""
        if self.lines and not self.lines[-1].endswith(("\n", "\r")):
            self.lines[-1] += self.end
        places = self._places(label)
        place = places[-1][1] if places else len(self.lines)
        self.lines.insert(place, self._line(label, value))


def lines_with_ends(text: str) -> list[str]:
    """Return the lines of `split_lines`, each with its line ending."""
    lines = []
    start = 0
    for line in split_lines(text):
        stop = start + len(line)
        stop += 2 if text[stop : stop + 2] == "\r\n" else 1
        lines.append(text[start:stop])
        start = stop
    return lines
