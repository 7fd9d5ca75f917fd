"""Write records. In an existing file, change only what differs.

A YAML file keeps its comments, order, quotes, line endings and blank lines, because its text is
patched at the positions that the reader returned.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.messages import _
from archive_pkg.records.loading import (
    invalid,
    load_record,
    read_record,
    read_tree,
    record_file,
    register_above,
)
from archive_pkg.records.path_checks import package_above
from archive_pkg.records.register_entries import remove_register_entries
from archive_pkg.records.upgrading import (
    FORMAT,
    has_former_fields,
    names_earlier_format,
    upgrade,
    upgrade_text,
)
from archive_pkg.records.yaml import writing
from archive_pkg.records.yaml.patching import patch
from archive_pkg.records.yaml.reading import read_yaml
from archive_pkg.storage import read_regular, storage_errors, write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from archive_pkg.paths import StrPath
    from archive_pkg.records.models import Agent, Evidence, Record, Register


def save_record(record: Record, path: StrPath) -> None:
    """Write a record atomically and durably.

    An existing file keeps its comments, its order and everything that does not change. It is not
    touched if it has the same content in the current format. What the record takes from a register
    is not copied into it.

    Args:
        record: The record.
        path: The file, which is JSON if its name ends in `.json` and YAML otherwise; or its folder.
            In a folder without a record file, `record.yaml` is made.

    Raises:
        InvalidError: The record is not valid (Pydantic's `model_copy` checks nothing), or the
            existing file is not, so that writing would lose something.
        StorageError: The file cannot be written.
    """
    file, findings = record_file(path)
    if findings and file.exists():
        raise InvalidError(f"{file.parent}: {findings[0].message}", findings[0].hint)
    if file.exists():
        file = file.resolve()  # write the target of a link, and keep the link
    valid, report = read_record(as_yaml(record).encode(), "the new record")
    if valid is None:
        raise invalid(
            report, _("{file} is not written, because the new record is not valid", file=file)
        )
    if not file.exists():
        write_atomically(file, fresh(valid, file))
        return
    known, report = read_record(file)
    if known is None:
        raise invalid(report, _("the existing {file} is not a valid record", file=file))
    with storage_errors(_("reading {file}", file=file)):
        data = read_regular(file)
    if known != valid or _is_in_earlier_format(data, file):
        write_atomically(file, updated(valid, data, file))


def fresh(record: Record, file: Path) -> bytes:
    """Return the bytes of a new file, without what the record takes from the register above it."""
    needed = _needed(record)
    if register := register_above(file.parent):
        remove_register_entries(record, {}, register, needed)
    return (_as_json(needed) if _is_json(file) else writing.document(needed)).encode()


def upgrade_record(path: StrPath) -> bool:
    """Convert a record's file to the current format, and change nothing else in it.

    Args:
        path: The file, or its folder.

    Returns:
        Whether the file was in an earlier format.

    Raises:
        InvalidError: The file is not a valid record.
        StorageError: The file cannot be read or written.
        UsageError: The record is in a package, whose files must not change.
    """
    file = record_file(path)[0].resolve()
    if package := package_above(file):
        raise UsageError(
            _(
                "{path} is part of the package {package}, which must not change",
                path=path,
                package=package,
            ),
            _("Upgrade the record that it was built from, and build it again."),
        )
    record = load_record(path)
    with storage_errors(_("reading {file}", file=file)):
        data = read_regular(file)
    if not _is_in_earlier_format(data, file):
        return False
    write_atomically(file, updated(record, data, file))
    return True


def updated(record: Record, data: bytes, file: Path) -> bytes:
    """Return the bytes of a file, changed only where the record differs.

    Args:
        record: A valid record.
        data: The bytes of a file with a valid record.
        file: The file, whose name says whether it is JSON or YAML; it is not touched.
    """
    register = register_above(file.parent)
    update = _updated_json if _is_json(file) else updated_yaml
    changed = update(record, data.decode("utf-8"), register).encode()
    read, __ = read_record(changed, file, folder=file.parent)
    if read is None or not same_content(read, record):
        raise AssertionError(f"patching {file} would have written a different record")
    return changed


def same_content(one: Record, other: Record) -> bool:
    """Return whether two records have the same content; agents and evidence in any order.

    The order can differ, because agents and evidence from a register follow the record's own.
    """

    def content(record: Record) -> tuple[Record, dict[str, Agent], Counter[Evidence]]:
        agents = {agent.id: agent for agent in record.agents}
        rest = record.model_copy(update={"agents": (), "evidence": ()})
        return rest, agents, Counter(record.evidence)

    return content(one) == content(other)


def as_yaml(record: Record) -> str:
    """Return the record as YAML, in the order of the models, without default values."""
    return writing.document(_needed(record))


def updated_yaml(record: Record, text: str, register: Register | None = None) -> str:
    """Return the text of a YAML file, changed only where the record differs.

    Args:
        record: The record.
        text: The text of a file with a valid record.
        register: The register that completes the record, or None.
    """
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    bare = text.removeprefix(mark)
    root = read_yaml(bare, "").root
    if root is None:
        return as_yaml(record)
    needed = _needed(record)
    if _leaves_format_out(root.plain):
        del needed["format"]
    bare = upgrade_text(bare, root)
    root = read_yaml(bare, "").root or root
    full = {"format": FORMAT, **record.model_dump(mode="json")}
    if register:
        remove_register_entries(record, upgrade(root.plain), register, full, needed)
    return mark + patch(bare, root, full, needed)


def _updated_json(record: Record, text: str, register: Register | None) -> str:
    before, needed = json.loads(text.removeprefix("\ufeff")), _needed(record)
    if register:
        remove_register_entries(record, upgrade(before), register, needed)
    if _leaves_format_out(before):
        del needed["format"]
    return _as_json(_in_order_of({"format": FORMAT, **upgrade(before)}, needed))


def _needed(record: Record) -> dict[str, Any]:
    """Return the data that a file must have: everything except default values."""
    data = record.model_dump(mode="json", exclude_defaults=True)
    return {"format": FORMAT, **{key: with_short_dates(value) for key, value in data.items()}}


def with_short_dates(data: Any) -> Any:
    """Return plain data in which a date with only an EDTF form is a string."""
    if isinstance(data, dict):
        if set(data) == {"edtf"}:
            return data["edtf"]
        return {key: with_short_dates(value) for key, value in data.items()}
    return [with_short_dates(item) for item in data] if isinstance(data, list) else data


def _in_order_of(before: Any, data: Any) -> Any:
    if isinstance(before, dict) and isinstance(data, dict):
        keys = [
            *(key for key in before if key in data),
            *(key for key in data if key not in before),
        ]
        return {key: _in_order_of(before.get(key), data[key]) for key in keys}
    if isinstance(before, list) and isinstance(data, list):
        known = [before[n] if n < len(before) else None for n in range(len(data))]
        return [_in_order_of(old, new) for old, new in zip(known, data, strict=True)]
    return data


def _leaves_format_out(data: Any) -> bool:
    """Return whether a file names no format and has no fields of an earlier one."""
    return "format" not in data and not has_former_fields(data)


def _is_in_earlier_format(data: bytes, file: Path) -> bool:
    root = read_tree(data, file.name).root
    return root is not None and (has_former_fields(root.plain) or names_earlier_format(root.plain))


def _is_json(file: Path) -> bool:
    return file.suffix.lower() == ".json"


def _as_json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
