"""Generate letters from a seed, each with a record and two parts."""

from __future__ import annotations

import hashlib
import itertools
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_WORDS = """
    the of and to in that it is was for on are with they be at this from have or by one had not
    but what all were when we there can an your which their said if do will each about how up out
    delegation ambassador committee specialists treaty harvest railway embargo conference border
    ministry archive government comrades letter reply proposal negotiations withdrawal meeting
    señor Grüße naïve žurnal Łódź письмо товарищ
""".split()  # noqa: SIM905 - a list of quoted words is harder to read
_CITIES = ("Moscow", "Berlin", "Beijing", "London", "Łódź", "Київ", "Washington", "Genève")
_NAMES = ("Ada Berg", "Ilja Novák", "Jean Morel", "Анна Белова", "Li Wei", "Mary O’Hara", "Ö. Ek")
_MARKINGS = ("Secret", "Top Secret", "Confidential", "Geheim", "Restricted")


@dataclass(frozen=True, slots=True)
class Stock:
    """The words and names from which letters are made.

    Attributes:
        words: The words of the texts.
        weights: The cumulative frequencies of the words. If empty, all words are equally frequent.
        names: The names of the correspondents.
    """

    words: Sequence[str]
    weights: Sequence[float] = ()
    names: Sequence[str] = _NAMES


FEW_WORDS = Stock(_WORDS)


def wide_stock(words: int = 40_000, names: int = 2_000, *, seed: int = 1) -> Stock:
    """Return as many words and names as a real collection has, with realistic frequencies."""
    dice = random.Random(seed)
    sounds = [c + v for c in "bcdfghklmnprstvwz" for v in ("a", "e", "i", "o", "u", "ai", "oe")]
    made = {"".join(dice.choices(sounds, k=dice.randint(1, 5))): 0 for _ in range(2 * words)}
    vocabulary = [*_WORDS, *made][:words]
    weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(vocabulary))))
    first = ("Ada", "Ilja", "Jean", "Анна", "Li", "Mary", "Ö.", "N.")
    people = {f"{dice.choice(first)} {dice.choice(vocabulary[200:]).title()}" for _ in range(names)}
    return Stock(vocabulary, weights, sorted(people))


def write_letters(
    folder: Path,
    count: int,
    *,
    seed: int = 1,
    size: int = 5000,
    per_folder: int = 1000,
    stock: Stock = FEW_WORDS,
) -> Iterator[Path]:
    """Write letters below a folder, and yield the folder of each.

    Args:
        folder: The folder. It is made if it does not exist.
        count: The number of letters.
        seed: The same seed gives the same bytes.
        size: The approximate size of each of the two parts in bytes.
        per_folder: The number of letters in each subfolder.
        stock: The words and names of the letters.
    """
    for number in range(count):
        letter = folder / f"{number // per_folder:05}" / f"letter-{number:07}"
        letter.mkdir(parents=True)
        for name, data in files_of(number, seed=seed, size=size, stock=stock).items():
            (letter / name).write_bytes(data)
        yield letter


def files_of(
    number: int, *, seed: int = 1, size: int = 5000, stock: Stock = FEW_WORDS
) -> dict[str, bytes]:
    """Return the files of one letter: `record.yaml`, a transcription and a translation."""
    dice = random.Random(f"{seed}/{number}")
    name = f"letter-{number:07}"
    sender, recipient = _correspondents(dice, stock)
    year, month, day = dice.randint(1900, 1990), dice.randint(1, 12), dice.randint(1, 28)
    city, marking = dice.choice(_CITIES), dice.choice(_MARKINGS)
    head = f"{marking}\n\n{city}, {year}-{month:02}-{day:02}\n\n"
    texts = {
        "transcription": head + _prose(dice, size, stock) + f"\n\n{sender}\n",
        "translation": head + _prose(dice, size, stock) + f"\n\n{sender}\n",
    }
    data = {kind: text.encode() for kind, text in texts.items()}
    quote = _quote(texts["transcription"], marking)
    date_quote = _quote(texts["transcription"], f"{year}-{month:02}-{day:02}")
    city_quote = _quote(texts["transcription"], city)
    record = f"""\
id: {name}
type: letter
title: Letter, {sender} to {recipient}, {year}-{month:02}-{day:02}
sender: [sender]
recipients: [recipient]
date:
  edtf: {year}-{month:02}-{day:02}
  as_written: {year}-{month:02}-{day:02}
place:
  name: {city}
classification:
  as_written: {marking}
parts:
  - id: letter
    kind: transcription
    file: transcription.txt
    sha256: {hashlib.sha256(data["transcription"]).hexdigest()}
    media_type: text/plain
    languages: [de]
  - id: english
    kind: translation
    file: translation.txt
    sha256: {hashlib.sha256(data["translation"]).hexdigest()}
    media_type: text/plain
    languages: [en]
    made_from: [letter]
agents:
  - {{id: sender, name: "{sender}", kind: person}}
  - {{id: recipient, name: "{recipient}", kind: person}}
  - {{id: editor, name: The edition, kind: organization}}
evidence:
  - {{field: classification, basis: quoted, at: {quote}}}
  - {{field: date, basis: quoted, at: {date_quote}}}
  - {{field: place, basis: quoted, at: {city_quote}}}
  - {{field: title, basis: supplied, agent: editor}}
  - {{field: type, basis: supplied, agent: editor}}
  - {{field: sender, basis: supplied, agent: editor}}
  - {{field: recipients, basis: supplied, agent: editor}}
  - {{field: agents, basis: supplied, agent: editor}}
  - {{field: parts, basis: supplied, agent: editor}}
"""
    return {
        "record.yaml": record.encode(),
        "transcription.txt": data["transcription"],
        "translation.txt": data["translation"],
    }


def _correspondents(dice: random.Random, stock: Stock) -> list[str]:
    """Return two different names. In a wide stock, some write far more letters than others."""
    if stock is FEW_WORDS:
        return dice.sample(stock.names, 2)
    sender = int(len(stock.names) * dice.random() ** 3)
    recipient = int(len(stock.names) * dice.random() ** 3)
    return [stock.names[sender], stock.names[recipient if recipient != sender else sender - 1]]


def _prose(dice: random.Random, size: int, stock: Stock) -> str:
    words: list[str] = []
    length = 0
    while length < size:
        if stock.weights:
            [word] = dice.choices(stock.words, cum_weights=stock.weights)
        else:
            word = dice.choice(stock.words)
        words.append(word + ("\n" if dice.random() < 0.1 else " "))
        length += len(words[-1].encode())
    return "".join(words)


def _quote(text: str, words: str) -> str:
    start = text.index(words)
    return f'{{part: letter, start: {start}, end: {start + len(words)}, exact: "{words}"}}'
