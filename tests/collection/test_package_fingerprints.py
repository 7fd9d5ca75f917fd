"""One fingerprint for a package's bytes, however it is packed."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from archive_pkg.bags.archives.serializing import pack
from archive_pkg.collection.audits.fingerprints import fingerprint_of
from small_bags import write_bag


def digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()


def test_the_fingerprint_is_the_digest_of_the_tag_manifest_for_sha512(tmp_path: Path) -> None:
    bag = tmp_path / "bag"
    write_bag(bag, tags=("sha256", "sha512"))
    assert fingerprint_of(bag) == digest(bag / "tagmanifest-sha512.txt")
    pack(bag, tmp_path / "bag.zip")
    assert fingerprint_of(tmp_path / "bag.zip") == fingerprint_of(bag)
    (bag / "manifest-sha512.txt").write_text("other")
    (bag / "tagmanifest-sha256.txt").write_text("other")
    assert fingerprint_of(bag) == digest(bag / "tagmanifest-sha512.txt")


def test_without_a_sha512_tag_manifest_the_fingerprint_covers_all_manifests(
    tmp_path: Path,
) -> None:
    bag = tmp_path / "bag"
    write_bag(bag, lists=("md5", "sha256"), tags=("sha256",))
    names = ["manifest-md5.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"]
    joined = b"".join(name.encode() + digest(bag / name) for name in names)
    before = fingerprint_of(bag)
    assert before == hashlib.sha256(joined).digest()
    pack(bag, tmp_path / "bag.zip")
    assert fingerprint_of(tmp_path / "bag.zip") == before
    with zipfile.ZipFile(tmp_path / "backwards.zip", "w") as archive:
        for path in sorted(bag.rglob("*.txt"), reverse=True):
            archive.write(path, path.relative_to(tmp_path))
    assert fingerprint_of(tmp_path / "backwards.zip") == before
    (bag / "bag-info.txt").write_text("other")
    assert fingerprint_of(bag) == before
    for name in names:
        good = (bag / name).read_bytes()
        (bag / name).write_bytes(good + b"x")
        assert fingerprint_of(bag) != before
        (bag / name).write_bytes(good)
    (bag / names[0]).rename(bag / "manifest-sha1.txt")
    assert fingerprint_of(bag) != before


def test_a_folder_without_a_manifest_does_not_have_a_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "bag").mkdir()
    (tmp_path / "bag" / "bagit.txt").write_text("x")
    with zipfile.ZipFile(tmp_path / "bag.zip", "w") as archive:
        archive.writestr("bag/bagit.txt", "x")
        archive.writestr("bag/data/manifest-sha256.txt", "x")
    (tmp_path / "broken.zip").write_bytes(b"broken")
    for name in ("bag", "bag.zip", "broken.zip", "none", "none.zip"):
        with pytest.raises(OSError):  # noqa: PT011 - of any kind
            fingerprint_of(tmp_path / name)
    with pytest.raises(FileNotFoundError):
        fingerprint_of(tmp_path / "bag.zip")
