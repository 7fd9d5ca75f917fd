"""Make levels of an archive from the titles and numbers that a finding aid gives them."""

from __future__ import annotations

import re

_YEAR = re.compile(r"1[0-9]{3}|20[0-9]{2}")


def level_above(name: str, title: str | None, number: str | None) -> dict[str, str] | None:
    """Return the plain data of a level above a document; None without a title and a number.

    Args:
        name: The kind of the level, such as series.
        title: Its title. Of “Kiste 9” with the number 9, the name is Kiste and the value 9.
        number: Its call number.
    """
    if not (title and number):
        words = title or number
        return {"name": name, "value": words} if words else None
    word, _, rest = title.partition(" ")
    if rest == number and re.search(r"\d", number) and not _YEAR.fullmatch(number):
        return {"name": word, "value": number}
    return {"name": name, "value": title if title == number else f"{title} ({number})"}
