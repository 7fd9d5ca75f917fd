"""Read the names of people and bodies in the rows of a list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from archive_pkg.messages import _, term
from archive_pkg.names import confidence_in, divide_name, slug, without_signs
from archive_pkg.records.vocabularies import relators
from archive_pkg.records.vocabularies.identifiers import SCHEMES, identify
from archive_pkg.reports import Code, Severity
from archive_pkg.tables.lists.list_rows import READ_AS, ListRow
from archive_pkg.tables.lists.row_reader import RowReader, numbered

if TYPE_CHECKING:
    from archive_pkg.tables.lists.mapping import ColumnMap
    from archive_pkg.tables.reading.sheets import Sheet

IDENTIFIER_LOOSE = Code(
    "tables-identifier-loose",
    Severity.WARNING,
    "A row has more or fewer identifiers than names, so they are not imported, or it has the same "
    "identifier for two names.",
)
_IDENTIFIED = ("sender", "recipients")
_ROLES = ("sender", "signatories", "recipients", "copies_to", "mentioned_agents")
_WITH_ROLE = re.compile(
    r"relators:(?P<code>\w+):(?P<one>.+)|(?P<name>.+?) ?\((?P<role>[a-z][^()]*)\)"
)
_WITH_KIND = re.compile(r"(person|corporate_body|family):(.+)")
"""A name with its vocabulary in Islandora."""


class AgentCells(RowReader):
    """Reads the columns of names, and of their identifiers."""

    def __init__(self, sheet: Sheet, mapping: ColumnMap) -> None:
        super().__init__(sheet, mapping)
        self._reported_names: set[str] = set()

    def _agents(self, row: ListRow) -> None:
        found: list[dict[str, Any]] = []
        names: dict[str, list[str]] = {}
        for role in _ROLES:
            names[role] = [self._agent(row, role, name, found) for name in row.items(role)]
            if role in _IDENTIFIED:
                self._identifiers_of(row, role, names[role], found)
        for text in row.items("contributors"):
            field, agent = self._contributor(row, text, found)
            names[field].append(agent)
        row.raw |= {role: list(dict.fromkeys(ids)) for role, ids in names.items() if ids}
        if name := self._map.described_by:
            self._agent(row, "describer", name, found)
        if found:
            row.raw["agents"] = found

    def _contributor(self, row: ListRow, text: str, found: list[dict[str, Any]]) -> tuple[str, str]:
        """Return the field of a name with its role, and its agent; other roles become a note."""
        said = _WITH_ROLE.fullmatch(text)
        role = (said["code"] or said["role"]) if said else ""
        meant = relators.field_of(role) or ""
        field = meant if meant in _ROLES else "mentioned_agents"
        row.origin.setdefault(field, row.origin["contributors"])
        agent = self._agent(row, field, (said["one"] or said["name"]) if said else text, found)
        if role not in ("", relators.ASSOCIATED) and meant != field:
            one = next(item for item in found if item["id"] == agent)
            one["note"] = "; ".join(filter(None, (one.get("note"), role)))
        return field, agent

    def _identifiers_of(
        self, row: ListRow, role: str, ids: list[str], found: list[dict[str, Any]]
    ) -> None:
        """Add identifiers to the agents of a role, in the order of the cells."""
        target = f"{role}_identifiers"
        given = row.items(target)
        if len(given) != len(ids):
            self._report_unmatched_identifiers(row, target, role)
            return
        for agent, text in zip(ids, given, strict=True):
            one = next(item for item in found if item["id"] == agent)
            listed = one.setdefault("identifiers", [])
            identifier = self._identifier(text)
            listed += [] if identifier in listed else [identifier]
            for other in found:
                if other is not one and identifier in other.get("identifiers", ()):
                    message = _(
                        "{text} is also the identifier of “{other}”", text=text, other=other["name"]
                    )
                    hint = _("Two names make two agents. Check whom it identifies.")
                    self._report(IDENTIFIER_LOOSE, row, row.origin[target], message, hint)

    def _report_unmatched_identifiers(self, row: ListRow, target: str, names: str) -> None:
        """Report identifiers that cannot be matched with names."""
        given = row.items(target)
        if given:
            message = _(
                "{given}: the row has more or fewer names in {names}",
                given=", ".join(given),
                names=names,
            )
            hint = _("Give one identifier per name, in the same order, separated by semicolons.")
            self._report(IDENTIFIER_LOOSE, row, row.origin[target], message, hint)

    def _agent(self, row: ListRow, role: str, text: str, found: list[dict[str, Any]]) -> str:
        """Return the id of the agent with a name; add the agent if the row has not named it yet."""
        stated = _WITH_KIND.fullmatch(text)
        text = stated[2] if stated else text
        bare = text if role == "describer" else without_signs(text) or text
        written = divide_name(bare)
        name = written.name
        if name in row.agents:
            self._doubt(row, f"{role}.{row.agents[name]}", text)
            return row.agents[name]
        body = written.is_body and role != "describer"
        kind = "organization" if body else "person"
        if stated:
            kind = {"corporate_body": "organization"}.get(stated[1], stated[1])
        taken = set(row.agents.values())
        agent = next(n for n in numbered(slug(name) or "agent") if n not in taken)
        row.agents[name] = agent
        found.append({"id": agent, "name": name, "kind": kind, "as_written": text})
        self._doubt(row, f"{role}.{agent}", text)
        if written.office:
            found[-1]["role"] = written.office
        if role != "describer":
            header = row.origin.get(role, "")
            called = f" called “{name}”" if name != text else ""
            office = f", office “{written.office}”" if written.office else ""
            if text not in self._reported_names and (body or called or office):
                article = "an" if kind == "organization" else "a"
                message = _(
                    "“{text}” is read as {kind}{called}{office}",
                    text=text,
                    kind=_("{called} {thing}", called=article, thing=term("agent", kind)),
                    called=called,
                    office=office,
                )
                self._report(READ_AS, row, header, message)
                self._reported_names.add(text)
            if not stated:
                row.inferred.append((f"agents.{agent}.kind", "kind-from-name", f"“{text}”"))
        return agent

    @staticmethod
    def _doubt(row: ListRow, path: str, text: str) -> None:
        """Record how certain the list is about a name or place that an editor marked."""
        if confidence := confidence_in(text):
            row.doubts.append((path, confidence, f"“{text}”"))

    @staticmethod
    def _identifier(text: str) -> dict[str, str]:
        scheme, colon, value = text.partition(":")
        if colon and scheme.casefold() in SCHEMES and value:
            return {"scheme": scheme.casefold(), "value": value.strip()}
        return identify(text) or {"scheme": "local", "value": text}
