"""Small bags for tests that need no package."""

from __future__ import annotations

import hashlib
from pathlib import Path

from archive_pkg.bags import Bag


def write_bag(
    folder: Path,
    *,
    version: str = "1.0",
    lists: tuple[str, ...] = ("sha512",),
    tags: tuple[str, ...] = ("sha512",),
    uncovered: tuple[str, ...] = (),
    unlisted: bool = False,
    text: str = "a",
) -> Bag:
    """Write a bag of two files with some properties.

    Args:
        folder: The new folder of the bag.
        version: The version of BagIt in its declaration.
        lists: The algorithms of its manifests.
        tags: The algorithms of its tag manifests.
        uncovered: Tag files that no tag manifest lists.
        unlisted: Whether the manifests leave out one of the two files.
        text: The content of the other file.
    """
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "a.txt").write_text(text)
    (folder / "data" / "b.txt").write_text("b")
    said = f"BagIt-Version: {version}\nTag-File-Character-Encoding: UTF-8\n"
    (folder / "bagit.txt").write_text(said)
    for name in ("bag-info.txt", *uncovered):
        (folder / name).write_text("Contact-Name: X\n")

    def listed(algorithm: str, *names: str) -> str:
        digest = getattr(hashlib, algorithm)
        return "".join(f"{digest((folder / n).read_bytes()).hexdigest()}  {n}\n" for n in names)

    for algorithm in lists:
        names = ["data/a.txt"] if unlisted else ["data/a.txt", "data/b.txt"]
        (folder / f"manifest-{algorithm}.txt").write_text(listed(algorithm, *names))
    names = ["bagit.txt", "bag-info.txt", *(f"manifest-{each}.txt" for each in lists)]
    for algorithm in tags:
        (folder / f"tagmanifest-{algorithm}.txt").write_text(listed(algorithm, *names))
    return Bag.open(folder)
