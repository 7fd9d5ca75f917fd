"""Choose what a profile requires of a new bag, and check the bag before any file is copied."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from typing import TYPE_CHECKING

from archive_pkg.bags.bag import Bag
from archive_pkg.bags.folder import Folder, Listing
from archive_pkg.bags.manifests import Manifest
from archive_pkg.bags.tagfiles import DECLARATION, Declaration, Tag
from archive_pkg.errors import InvalidError
from archive_pkg.fixity import ALGORITHMS
from archive_pkg.messages import _
from archive_pkg.reports import Report
from archive_pkg.storage import storage_errors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from archive_pkg.bags.profiles import Profile

DEFAULT_ALGORITHMS = ("sha256", "sha512")
_IDENTIFIER = "BagIt-Profile-Identifier"


class Plan:
    """A bag to create.

    Attributes:
        info: The labels and values for bag-info.txt.
        algorithms: The algorithms of the manifests and tag manifests.
        declared: The content of bagit.txt.
    """

    def __init__(
        self, info: list[tuple[str, str]], algorithms: Sequence[str] | None = None
    ) -> None:
        self.info = info
        self._given = algorithms
        self.algorithms = DEFAULT_ALGORITHMS if algorithms is None else algorithms
        self.declared = Declaration()

    def fit(self, profile: Profile) -> None:
        """Name the profile, and use its version and algorithms where none were given."""
        from archive_pkg.bags.profiles import plain_algorithm

        if profile.identifier and not any(
            label.lower() == _IDENTIFIER.lower() for label, __ in self.info
        ):
            self.info.append((_IDENTIFIER, profile.identifier))
        if profile.versions and "1.0" not in profile.versions and "0.97" in profile.versions:
            self.declared = Declaration("0.97")
        if self._given is None:
            required = [*profile.manifests_required, *profile.tag_manifests_required]
            kinds = (profile.manifests_allowed, profile.tag_manifests_allowed)
            allowed = [set(map(plain_algorithm, kind)) for kind in kinds if kind is not None]
            wanted = dict.fromkeys(plain_algorithm(name) for name in required)
            usual = [*DEFAULT_ALGORITHMS, *ALGORITHMS]
            fitting = [name for name in usual if all(name in names for names in allowed)]
            if not wanted:
                wanted = dict.fromkeys(fitting[: len(DEFAULT_ALGORITHMS)])
            self.algorithms = tuple(wanted) or DEFAULT_ALGORITHMS

    def check(
        self,
        profile: Profile,
        destination: Path,
        sources: Mapping[str, str],
        tag_files: Mapping[str, bytes],
        *,
        fetched: bool = False,
    ) -> Report:
        """Return the warnings of a profile about the planned bag.

        Its rules for archives are not checked, because the bag is a folder that can be packed.

        Args:
            profile: The profile.
            destination: The bag's folder.
            sources: The payload files by path below data/.
            tag_files: The other tag files.
            fetched: Whether the bag has a fetch.txt.

        Raises:
            InvalidError: The bag would not conform. The error's report has all faults.
            StorageError: The size of a file cannot be read.
        """
        from archive_pkg.bags.profiles import check

        manifests = {name: Manifest(f"manifest-{name}.txt", name) for name in self.algorithms}
        of_tags = {name: Manifest(f"tagmanifest-{name}.txt", name) for name in self.algorithms}
        made = [DECLARATION, "bag-info.txt", *(["fetch.txt"] if fetched else [])]
        made += [each.name for kind in (manifests, of_tags) for each in kind.values()]
        bag = Bag(
            str(destination),
            self.declared,
            [Tag(label, value, 0) for label, value in (*self.info, ("Payload-Oxum", "0.0"))],
            "bag-info.txt",
            manifests,
            of_tags,
            listing=Listing([*made, *tag_files, *(f"data/{path}" for path in sources)]),
        )
        rules = replace(profile, serialization="optional", folder_named=False)
        with storage_errors(_("checking {destination}", destination=destination)):
            report = Report(list(check(rules, bag, _Planned(sources, tag_files), Folder.kind)))
        if not report.ok:
            raise InvalidError(
                _(
                    "{destination} would not conform to the profile; nothing was written",
                    destination=destination,
                ),
                report=report,
            )
        return report


class _Planned:
    """The files of a planned bag, as far as a profile reads them."""

    def __init__(self, sources: Mapping[str, str], tag_files: Mapping[str, bytes]) -> None:
        self._sources = sources
        self._tag_files = tag_files

    def open(self, path: str) -> BinaryIO:
        return io.BytesIO(self._tag_files[path])

    def size(self, path: str) -> int:
        return os.stat(self._sources[path.removeprefix("data/")]).st_size  # noqa: PTH116
