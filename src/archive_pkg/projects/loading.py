"""Read the file of a project, and report everything that is wrong with it at once."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pydantic import ValidationError

from archive_pkg import storage
from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.limits import PROJECT_SIZE
from archive_pkg.messages import ENGLISH, Message, _
from archive_pkg.projects.finding import NAME, file_of
from archive_pkg.projects.models import Packages, ProjectFile, is_secret_name, settings_in
from archive_pkg.projects.template import in_toml
from archive_pkg.projects.toml_positions import toml_tree
from archive_pkg.records.explaining import FIELD_UNKNOWN, explain, explain_entry
from archive_pkg.reports import Code, Location, Report, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

    from archive_pkg.paths import StrPath
    from archive_pkg.records.yaml.nodes import Node
    from archive_pkg.reports import Finding

PROJECT_UNREADABLE = Code(
    "project-unreadable",
    Severity.ERROR,
    "The file is not a project file: it is too large, or not TOML in UTF-8.",
    "TOML 1.0.0",
)
PROJECT_KEY_UNKNOWN = Code(
    "project-key-unknown", Severity.ERROR, "A key is not a setting of its table."
)
PROJECT_VALUE_WRONG = Code(
    "project-value-wrong", Severity.ERROR, "A setting is missing, or its value is not allowed."
)
PROJECT_SECRET = Code(
    "project-secret",
    Severity.ERROR,
    "A setting has the name of a secret. Others can read a project file, so it must not contain "
    "secrets. Store tokens and passwords with `archive-pkg login`.",
)

_DEEP_KEY = re.compile(r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')\s*+\.\s*+){64}""")
"""A key with more levels than any setting has. tomllib takes very long to read such keys."""

_OPTIONS = {
    "zenodo": "publisher",
    "zenodo-sandbox": "publisher",
    "inveniordm+https": "publisher",
    "dataverse+https": "contact",
}
"""The option that a project can add to an address, by the scheme of the address."""

_HINTS = {
    "string_type": _("Write it in quotes."),
    "tuple_type": _('Write ["one", "two"].'),
    "model_type": _("Write a table: its name in brackets, and its keys on the lines below."),
    "dict_type": _("Write a table: its name in brackets, and its keys on the lines below."),
}


@dataclass(frozen=True, slots=True)
class Project:
    """A project: its settings, and the folder that their paths start from.

    Attributes:
        settings: The settings.
        file: The file that they come from; None if the user has no project.
        lines: The line of each setting in the file, by its dotted name.
    """

    settings: ProjectFile = field(default_factory=ProjectFile)
    file: Path | None = None
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """The folder that paths in the settings start from."""
        return self.file.parent if self.file else Path()

    @property
    def publisher(self) -> str | None:
        """The publisher in the settings, or else the name of the institution."""
        institution = self.settings.institution
        return self.settings.publisher or (institution.name if institution else None)

    def with_metadata(self, names: Iterable[str]) -> Project:
        """Return a copy of the project whose packages have these documents in `metadata/`."""
        chosen = Packages.model_validate({"metadata": tuple(names)})
        return replace(self, settings=self.settings.model_copy(update={"packages": chosen}))

    def in_language(self, tag: str) -> Project:
        """Return a copy of the project whose pages are in a language."""
        return replace(self, settings=self.settings.model_copy(update={"language": tag}))

    def settings_in_use(self) -> Iterator[tuple[str, Any, int | None]]:
        """Yield each setting's dotted name, its value, and its line unless it is a default."""
        for name, value in settings_in(self.settings.model_dump(mode="json", exclude_none=True)):
            yield name, value, self.lines.get(name)

    @property
    def language(self) -> str:
        """The language of the project's pages."""
        return self.settings.language or ENGLISH

    @property
    def labels(self) -> dict[str, str]:
        """Who describes the packages, by the labels of bag-info.txt (RFC 8493, 2.2.2)."""
        institution, contact = self.settings.institution, self.settings.contact
        found = {
            "Source-Organization": institution.name if institution else None,
            "Organization-Address": institution.address if institution else None,
            "Contact-Name": contact.name,
            "Contact-Email": contact.email,
        }
        return {label: " ".join(value.split()) for label, value in found.items() if value}

    @property
    def recorded(self) -> str:
        """The settings that change the bytes of packages, as TOML; empty if there are none.

        `packages.metadata` and `language` are left out, because a package itself shows which
        documents it has, and the language of its page. With another language, nothing else differs.
        """
        tables = {"publisher", "licence", "rights_statement", "institution", "contact"}
        tables |= {"editors", "funding"}
        data = self.settings.model_dump(mode="json", exclude_none=True, include=tables)
        found = ((name, value) for name, value in settings_in(data) if name.split(".")[0] in tables)
        return "; ".join(f"{name} = {in_toml(value)}" for name, value in found if value)

    @property
    def for_packages(self) -> Project:
        """The project without the address of its site: packages do not change with it."""
        return replace(self, settings=self.settings.model_copy(update={"base_url": None}))

    @property
    def vocabularies(self) -> tuple[Path, ...]:
        """The files with more words for drafting.

        Raises:
            StorageError: A file does not exist, or its path has a link.
        """
        for path in self.settings.vocabularies:
            with storage.storage_errors(_("reading {folder}", folder=self.folder / path)):
                storage.open_beneath(self.folder, path).close()
        return tuple(self.folder / path for path in self.settings.vocabularies)

    def address(self, to: str) -> str:
        """Return the address of a named target; return any other address unchanged.

        If a repository requires a publisher or a contact and the address has none, the project's
        is added.
        """
        target = self.settings.targets.get(to)
        if target is None:
            return to
        scheme, colon, path = target.address.partition(":")
        if scheme in ("file", "ocfl") and not path.startswith(("/", "~")):
            return f"{scheme}{colon}{self.folder.absolute() / path}"
        option = _OPTIONS.get(scheme, "")
        known = {"publisher": self.publisher, "contact": self.settings.contact.email}
        if not (value := known.get(option)) or re.search(rf"[?&]{option}=", path):
            return target.address
        return f"{target.address}{'&' if '?' in path else '?'}{option}={quote(value, safe='@')}"


def load_project(path: StrPath, *, named: bool = True) -> Project:
    """Read the file of a project.

    Args:
        path: The file, or its folder.
        named: Whether the user named it. Otherwise it must belong to the user or to root.

    Raises:
        InvalidError: The file is not valid. The error's report has every finding.
        StorageError: The file cannot be read or trusted.
        UsageError: There is no such file.
    """
    file = file_of(Path(path))
    if not os.path.lexists(file):
        made = f"archive-pkg init {file.parent} writes {file.with_name(NAME)}"
        raise UsageError(
            _("{file} does not exist", file=file), _("Check the path. {made}.", made=made)
        )
    data = storage.read_trusted(
        file,
        PROJECT_SIZE.value,
        named=named,
        closing=", or use --no-project",
        naming=f"If you trust it, name it: --project {file}. Otherwise use --no-project.",
    )
    project, report = read_project(data, file)
    if project is None:
        raise InvalidError(
            _("{file} is not a valid project file", file=file),
            _("Correct it, or run the command without it (--no-project)."),
            report,
        )
    return project


def read_project(data: bytes, file: Path) -> tuple[Project | None, Report]:
    """Read the bytes of a project file. Invalid content is reported, not raised.

    Returns:
        The project, or None if the file is not valid, and the findings.
    """
    place = Location(os.fspath(file))
    if len(data) > PROJECT_SIZE.value:
        message = _("the file has more than {value:,} bytes", value=PROJECT_SIZE.value)
        return None, Report([PROJECT_UNREADABLE.at(place, message, PROJECT_SIZE.hint)])
    try:
        text = data.decode().removeprefix("\ufeff").replace("\r\n", "\n")
        if _DEEP_KEY.search(text):
            raise RecursionError
        values = tomllib.loads(text)
    except UnicodeDecodeError:
        finding = PROJECT_UNREADABLE.at(
            place, _("the file is not in UTF-8"), _("Save it as UTF-8.")
        )
        return None, Report([finding])
    except tomllib.TOMLDecodeError as error:
        return None, Report([_not_toml(str(error), text, place)])
    except RecursionError:
        finding = PROJECT_UNREADABLE.at(place, _("the file is nested too deeply"), _("Correct it."))
        return None, Report([finding])
    root = toml_tree(text)
    try:
        settings = ProjectFile.model_validate(values)
    except ValidationError as error:
        entries = error.errors(include_url=False)
        return None, Report(explain(entries, ProjectFile, values, str(file), root, _explain_entry))
    return Project(settings, file, dict(_lines(root, ""))), Report()


def _not_toml(message: str, text: str, place: Location) -> Finding:
    """Return the finding for a syntax error, at the place that its message names."""
    words, __, where = message.partition(" (at ")
    if found := re.match(r"line (\d+), column (\d+)", where):
        place = replace(place, line=int(found[1]), column=int(found[2]))
    else:  # at the end
        place = replace(place, line=text.rstrip("\n").count("\n") + 1)
    first = words[:1].lower() + words[1:]
    hint = _('Write key = "value", and tables as [name].')
    if "illegal character '\\n'" in first or first.startswith("unterminated string"):
        first, hint = _("a quotation mark is not closed"), _("Close it in the same line.")
    return PROJECT_UNREADABLE.at(place, _("this is not TOML: {first}", first=first), hint)


def _explain_entry(entry: ErrorDetails, model: type[BaseModel]) -> tuple[Code, str, str]:
    """Return the code, message and hint of an error in the words of TOML."""
    code, message, hint = explain_entry(entry, model)
    kind, steps = entry["type"], [str(step) for step in entry["loc"]]
    key, table = steps[-1] if steps else "", ".".join(steps[:-1])
    if code is FIELD_UNKNOWN and is_secret_name(key):
        hint = _("Remove it. Store tokens and passwords with archive-pkg login.")
        return PROJECT_SECRET, _("“{key}” is the name of a secret", key=key), hint
    if code is FIELD_UNKNOWN:
        message = (
            _("“{key}” is not a setting of [{table}]", key=key, table=table)
            if table
            else _("“{key}” is not a setting of a project", key=key)
        )
        if isinstance(hint, Message) and "known" in hint.values:
            hint = _("The settings are {known}.", known=hint.values["known"])
        return PROJECT_KEY_UNKNOWN, message, hint
    if kind == "string_type":
        message = _("{key} is not text", key=key)
    if kind == "literal_error":
        name = next(step for step in reversed(entry["loc"]) if isinstance(step, str))
        message = _("“{entry}” is not a value of {name}", entry=str(entry["input"])[:60], name=name)
    if kind == "missing":
        hint = _('Add {key} = "…".', key=key)
    values = message.values if isinstance(message, Message) else {}
    if kind in ("model_type", "dict_type") and "given" in values:
        message = _("{key} is {given}, not a table", key=key, given=values["given"])
    return PROJECT_VALUE_WRONG, message, _HINTS.get(kind, hint)


def _lines(node: Node, name: str) -> Iterator[tuple[str, int]]:
    """Yield the dotted names of the settings in a file, each with its line."""
    for key, inner in node.value.items() if isinstance(node.value, dict) else ():
        dotted = f"{name}.{key}" if name else key
        yield dotted, node.keys[key].line + 1
        yield from _lines(inner, dotted)
