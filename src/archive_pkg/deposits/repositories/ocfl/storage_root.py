"""The folder of an OCFL storage root: whether it can be written, its layout, and staging in it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from typing import TYPE_CHECKING

from archive_pkg import storage
from archive_pkg.deposits.repositories.ocfl.layouts import Layout, layout_of, version_of
from archive_pkg.deposits.repositories.ocfl.objects import SPECIFICATION, declaration_fault
from archive_pkg.errors import DepositError, StorageError
from archive_pkg.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STAGING = "archive-pkg-staging"
"""The folder in `extensions/` where objects are built if that is not possible next to the root."""
_ROOT = f"0=ocfl_{SPECIFICATION}"
_LAYOUT_FILE = "ocfl_layout.json"
_EXTENSIONS = "extensions"
_OF_A_ROOT = (_ROOT, _LAYOUT_FILE, _EXTENSIONS)


class RootFolder:
    """The folder of a storage root, which need not exist yet.

    Attributes:
        path: The folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._mounts: dict[tuple[Path, int], bool] = {}
        self._fit: os.stat_result | None = None
        self._layout: tuple[os.stat_result, Layout] | None = None

    @property
    def is_declared(self) -> bool:
        """Whether something has the name of the root's declaration."""
        return os.path.lexists(self.path / _ROOT)

    def ensure(self) -> None:
        """Create the root if it does not exist; finish one that a killed run left incomplete.

        Raises:
            StorageError: The root cannot be made.
        """
        if (self.path / _ROOT).is_file():
            return
        with storage.storage_errors(_("making {path}", path=self.path)):
            storage.make_folder(self.path)
        layout = Layout()
        about = {"extension": layout.name, "description": "Objects in folders named by their id"}
        config = {"extensionName": layout.name, **layout.parameters}
        files = {
            f"{_EXTENSIONS}/{layout.name}/config.json": json.dumps(config, indent=2),
            _LAYOUT_FILE: json.dumps(about, indent=2),
            _ROOT: f"{_ROOT[2:]}\n",  # last, because only the declaration makes the folder a root
        }
        with (
            storage.Lock(self.path / _LAYOUT_FILE, wait=60),
            storage.storage_errors(_("making {path}", path=self.path)),
        ):
            storage.make_beneath(self.path, f"{_EXTENSIONS}/{layout.name}")
            for path, text in files.items():
                storage.recover(self.path / path)
                storage.write_atomically(self.path / path, text.encode())

    def is_fit(self) -> bool:
        """Return whether the root exists and can be written; False if it must be made first.

        A root is examined once, because listing many objects for each package takes time.

        Raises:
            DepositError: It cannot be written.
            OSError: The storage failed.
        """
        if self._fit and _is_same(self._fit, self.path / _ROOT):
            return True
        if not self.path.exists():
            return False
        if not self.path.is_dir():
            raise DepositError(
                _("{path} is a file, not a folder", path=self.path),
                _("Name an OCFL root or a new folder."),
            )
        # List names first: another run may create the root and objects at this moment.
        names = os.listdir(self.path)  # noqa: PTH208 - hot
        version = version_of(self.path)
        if version.startswith("object_"):
            raise DepositError(
                _("{path} is an OCFL object, not an OCFL root", path=self.path),
                _("Name the root that it is in."),
            )
        declared = sorted(name for name in names if name.startswith("0=ocfl_"))
        if len(declared) > 1:
            raise DepositError(
                _(
                    "{path} declares more than one version: {declared}",
                    path=self.path,
                    declared=", ".join(declared),
                ),
                _("Ask its administrator to correct it, or use another root."),
            )
        if not version:
            if not all(name.lstrip(".").startswith(_OF_A_ROOT) for name in names):
                raise DepositError(
                    _("{path} is not empty and not an OCFL root", path=self.path),
                    _("Name an OCFL root or a new folder."),
                )
            return False
        if version != SPECIFICATION:
            raise DepositError(
                _(
                    "{path} is an OCFL {version} root; only OCFL {specification} is written here",
                    path=self.path,
                    version=version,
                    specification=SPECIFICATION,
                ),
                _(
                    "Ask its administrator to upgrade it to OCFL {specification}, or use "
                    "another root.",
                    specification=SPECIFICATION,
                ),
            )
        if fault := declaration_fault(self.path, _ROOT):
            raise DepositError(
                _("{path} is not a valid OCFL root: {fault}", path=self.path, fault=fault),
                _("Ask its administrator to correct the file, or use another root."),
            )
        self._fit = (self.path / _ROOT).stat()
        return True

    def object_root(self, identifier: str) -> Path:
        """Return the place of an object in the root's layout.

        Raises:
            DepositError: There is no root, or the identifier does not fit its layout.
        """
        if not self.path.is_dir():
            raise DepositError(
                _("there is no OCFL root at {path}", path=self.path),
                _("If it was moved, move it back. Otherwise deposit the package again."),
            )
        path = self._its_layout().path(identifier)
        if path in _OF_A_ROOT or not all(part not in ("", ".", "..") for part in path.split("/")):
            raise DepositError(
                _(
                    "{identifier} does not fit the layout of {path}",
                    identifier=identifier,
                    path=self.path,
                ),
                _("Give the record another id, or use another root."),
            )
        return self.path / path

    def _its_layout(self) -> Layout:
        """Return the root's layout, which is read once if the root declares it."""
        declared = self.path / _LAYOUT_FILE
        if self._layout and _is_same(self._layout[0], declared):
            return self._layout[1]
        layout = layout_of(self.path)
        with contextlib.suppress(FileNotFoundError):
            self._layout = declared.stat(), layout
        return layout

    def refuse_inside_object(self, object_root: Path, identifier: str) -> None:
        """Refuse the place of an object if it is inside another object.

        Raises:
            DepositError: A folder above the place is an object.
        """
        for step in list(object_root.relative_to(self.path).parents)[:-1]:
            if _is_object(self.path / step):
                raise DepositError(
                    _(
                        "{path} is an object, and {identifier} would be inside it",
                        path=self.path / step,
                        identifier=identifier,
                    ),
                    _("Deposit it into another root."),
                )

    @contextlib.contextmanager
    def staging(self, object_root: Path) -> Iterator[storage.Staging]:
        """Yield a folder for building an object, while a lock on the object is held."""
        name = hashlib.sha256(object_root.relative_to(self.path).as_posix().encode()).hexdigest()[
            :16
        ]
        inside = self.path / _EXTENSIONS / STAGING
        with contextlib.ExitStack() as entered:
            # Runs can build at either place; the lock is the same for all.
            entered.enter_context(storage.Lock(self.path / name, wait=60))
            staging = None
            while staging is None:
                place = self._path_next_to_root(name)
                if place is None:
                    place = inside / name
                    with storage.storage_errors(_("making {inside}", inside=inside)):
                        storage.make_beneath(self.path, f"{_EXTENSIONS}/{STAGING}")
                try:
                    staging = entered.enter_context(storage.Staging(place, locked=True))
                except StorageError:
                    if place.parent.is_dir():
                        raise
                    # Another run ended at this moment and removed the empty folder.
            try:
                yield staging
            finally:
                entered.close()
                for folder in (inside, self.path / _EXTENSIONS):
                    with contextlib.suppress(OSError):
                        folder.rmdir()

    def _path_next_to_root(self, name: str) -> Path | None:
        """Return a path next to the root from which a rename works; None if that is not safe.

        If other users can rename files there, they could replace a staged folder by a link.
        """
        above = self.path.parent
        if (
            os.access(above, os.W_OK | os.X_OK)
            and self._is_on_mount_of(above)
            and not storage.others_can_swap(above)
        ):
            return above / f"{self.path.name}.{name}"
        return None

    def _is_on_mount_of(self, above: Path) -> bool:
        """Return whether a rename from another folder works; found out once for each folder."""
        key = above, self.path.stat().st_ino
        if key not in self._mounts:
            self._mounts[key] = storage.same_mount(above, self.path)
        return self._mounts[key]


def _is_same(before: os.stat_result, path: Path) -> bool:
    """Return whether a file still is the one with an earlier status, and was not written since."""
    try:
        now = path.stat()
    except FileNotFoundError:
        return False
    return os.path.samestat(before, now) and before.st_mtime_ns == now.st_mtime_ns


def _is_object(folder: Path) -> bool:
    return folder.is_dir() and any(folder.glob("0=ocfl_object_*"))
