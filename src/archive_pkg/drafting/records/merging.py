"""Merge a new draft into an existing record: fill open fields and change nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from archive_pkg.drafting.records.commented_yaml import commented
from archive_pkg.drafting.records.frame_builder import OFFICE
from archive_pkg.drafting.records.record_builder import MAIN_PART, RecordBuilder
from archive_pkg.drafting.rule_reasons import sentence
from archive_pkg.drafting.vocabulary import load_vocabulary, words_of
from archive_pkg.errors import InvalidError
from archive_pkg.messages import _
from archive_pkg.records.loading import read_record, register_above
from archive_pkg.records.models import Record
from archive_pkg.records.saving import updated_yaml

if TYPE_CHECKING:
    from archive_pkg.drafting.draft import Draft
    from archive_pkg.drafting.vocabulary import Vocabulary
    from archive_pkg.paths import StrPath

# Fields that are derived from other fields; their values are not compared.
_DERIVED = frozenset({"id", "type", "title", "parts", "agents", "events", "evidence"})
_ROLES = frozenset(
    {"sender", "signatories", "recipients", "mentioned_agents", "attention", "copies_to"}
)
# The keys of a value that are compared.
_COMPARED = frozenset({"edtf", "as_written", "name", "text", "title"})


@dataclass(frozen=True, slots=True)
class Difference:
    """A field whose value in a new draft differs from the existing record.

    Attributes:
        field: The field of the record.
        kept: The value that the record has and keeps.
        drafted: The value of the draft.
    """

    field: str
    kept: Any
    drafted: Any


class Redraft(NamedTuple):
    """A record after a new draft of its text.

    Attributes:
        text: The record's YAML.
        differences: The fields that the record keeps although the draft has another value.
        kept: The fields that the record had before.
    """

    text: str
    differences: list[Difference]
    kept: frozenset[str]


def redraft(
    existing: str,
    draft: Draft,
    file: str,
    vocabulary: Vocabulary | None = None,
    text_file: str = "",
    folder: StrPath | None = None,
) -> Redraft:
    """Fill the open fields of an existing record from a new draft.

    Everything in the record stays unchanged, including comments.

    Args:
        existing: The record's YAML.
        draft: The new draft.
        file: Path of the letter's file, relative to the record's folder.
        vocabulary: The vocabulary of the draft.
        text_file: Path of the extracted text if the file is not plain text.
        folder: The record's folder, to find the register of agents.

    Raises:
        InvalidError: The existing record is not valid.
    """
    record, report = read_record(existing.encode(), folder=folder)
    if record is None:
        raise InvalidError(
            _("the existing record is not valid and was left unchanged"),
            _("Fix the errors that `archive-pkg check` reports, then draft again."),
            report,
        )
    builder = RecordBuilder(draft, file, vocabulary or load_vocabulary(), text_file)
    merger = _Merger(record.as_json(), builder)
    added = merger.added()
    languages = merger.languages(draft)
    if not added and not languages:
        return Redraft(existing, merger.differences(), frozenset(merger.old))
    merged = dict(merger.old)
    for name, value in added.items():
        merged[name] = [*merged[name], *value] if name in merged else value
    if languages:
        found, evidence = languages
        merged["parts"] = [
            {**part, "languages": found} if part["id"] == merger.parts.get(MAIN_PART) else part
            for part in merged["parts"]
        ]
        merged["evidence"] = [*merged.get("evidence", ()), evidence]
    register = register_above(folder) if folder else None
    written = updated_yaml(Record.model_validate(merged), existing, register)
    new = {name: text for name, text in builder.comments.items() if name in merger.open}
    return Redraft(commented(written, new), merger.differences(), frozenset(merger.old))


class _Merger:
    """Compares an existing record (`old`) with the record of a new draft (`new`)."""

    def __init__(self, old: dict[str, Any], builder: RecordBuilder) -> None:
        self.old, self.new = old, builder.build()
        self.vocabulary = builder.vocabulary
        self.open = [name for name in self.new if name not in old and name not in _DERIVED]
        self.parts = self._same_parts()
        self.agents = self._same_agents()

    def _same_parts(self) -> dict[str, str]:
        """Return the ids of parts in the old record by their ids in the new one.

        Parts with the same kind and file are the same, and so are parts that have a file alone.
        """
        old, new = self.old.get("parts", ()), self.new.get("parts", ())
        same: dict[str, str] = {}
        for part in new:
            for known in old:
                if (part["kind"], part.get("file")) == (known["kind"], known.get("file")):
                    same.setdefault(part["id"], known["id"])
        for part in new:
            of_file = [[one for one in parts if one.get("file") == part.get("file")]
                       for parts in (old, new)]  # fmt: skip
            if part.get("file") and all(len(found) == 1 for found in of_file):
                same.setdefault(part["id"], of_file[0][0]["id"])
        return same

    def _same_agents(self) -> dict[str, str]:
        """Return the ids of agents in the merged record by their ids in the new one.

        Agents are the same if their names have the same words or the same entry in the vocabulary,
        or if both have the same role and the words of one name are words of the other's.
        """
        known = self.old.get("agents", ())
        taken = {agent["id"] for agent in known}
        ids: dict[str, str] = {}
        for agent in self.new.get("agents", ()):
            same = [one for one in known if self._is_same(agent, one)]
            same = same or [one for one in known if self._is_like(agent, one)]
            key = same[0]["id"] if len(same) == 1 else agent["id"]
            while key in taken and len(same) != 1:
                key += "-drafted"
            ids[agent["id"]] = key
        return ids

    def _is_same(self, new: dict[str, Any], old: dict[str, Any]) -> bool:
        entries = [self.vocabulary.agent(agent["name"]) for agent in (new, old)]
        same = entries[0] is not None and entries[0] is entries[1]
        return same or sorted(words_of(new["name"])) == sorted(words_of(old["name"]))

    def _is_like(self, new: dict[str, Any], old: dict[str, Any]) -> bool:
        one, other = (set(words_of(agent["name"])) for agent in (new, old))
        has_role = any(
            new["id"] in _listed(self.new, roles) and old["id"] in _listed(self.old, roles)
            for roles in (("sender", "signatories"), ("recipients", "attention"))
        )
        alike = one and other and (one <= other or other <= one)
        return bool(has_role and alike and new["kind"] == old["kind"])

    def differences(self) -> list[Difference]:
        """Return the fields whose values differ between the two records."""
        both = [name for name in self.new if name in self.old and name not in _DERIVED]
        return [
            Difference(name, _comparable(self.old, name), _comparable(self.new, name))
            for name in both
            if not self._agrees(name)
        ]

    def _agrees(self, name: str) -> bool:
        """Return whether the old value of a field and the new one do not contradict each other."""
        old, new = self.old[name], self.new[name]
        if name in _ROLES:
            offices = {one["id"] for one in self.new["agents"] if one.get("note") == OFFICE}
            named = {self.agents[key] for key in new if key not in offices}
            return not named or named == set(old)
        if name == "date":
            return new.get("edtf") in (None, old.get("edtf"))
        return bool(_comparable(self.old, name) == _comparable(self.new, name))

    def added(self) -> dict[str, Any]:
        """Return the values to add, by field, with the ids of the merged record."""
        added: dict[str, Any] = {}
        used: set[str] = set()
        for name in self.open:
            value = self.new[name]
            if name in _ROLES:
                used.update(value)
                value = [self.agents[key] for key in value]
            elif name == "participants":
                used.update(one["agent"] for one in value)
                value = [one | {"agent": self.agents[one["agent"]]} for one in value]
            if _parts_in(value) <= set(self.parts):
                added[name] = self._with_old_parts(value)
        if not added:
            return {}
        if text := self._text_part():
            added["parts"] = [text]
            added |= {
                name: self._with_old_parts(self.new[name])
                for name in self.open
                if name not in added and _parts_in(self.new[name]) <= set(self.parts)
            }
        fields = set(added) | {f"agents.{self.agents[key]}" for key in used}
        evidence = [
            item for item in map(self._with_old_parts, self._evidence()) if _stated(item) in fields
        ]
        proposers = {item["agent"] for item in evidence if "agent" in item}
        known = {agent["id"] for agent in self.old.get("agents", ())}
        agents = [
            agent | {"id": self.agents[agent["id"]]}
            for agent in self.new.get("agents", ())
            if (agent["id"] in used or self.agents[agent["id"]] in proposers)
            and self.agents[agent["id"]] not in known
        ]
        new = {f"agents.{agent['id']}" for agent in agents} | set(added)
        evidence = [item for item in evidence if _stated(item) in new]
        return added | ({"agents": agents} if agents else {}) | {"evidence": evidence}

    def languages(self, draft: Draft) -> tuple[list[str], dict[str, Any]] | None:
        """Return the languages of the text and their evidence; None if the old record has them."""
        key, one = self.parts.get(MAIN_PART), draft.one("language")
        known = next((part for part in self.old.get("parts", ()) if part["id"] == key), None)
        if known is None or one is None or known.get("languages"):
            return None
        evidence = {"field": f"parts.{key}.languages", "basis": "inferred", "rule": one.rule}
        evidence |= {"confidence": str(one.confidence), "note": sentence(one.rule)}
        return [one.value], evidence

    def _text_part(self) -> dict[str, Any] | None:
        """Return the part for the text that was extracted from a file of the old record.

        None if the old record has the text. The part is one of `parts` from then on.
        """
        parts: list[dict[str, Any]] = self.new["parts"]
        part = next((one for one in parts if one["id"] == MAIN_PART), None)
        made_from = [
            self.parts[key] for key in (part or {}).get("made_from", ()) if key in self.parts
        ]
        if part is None or MAIN_PART in self.parts or not made_from:
            return None
        taken = {one["id"] for one in self.old.get("parts", ())}
        key = MAIN_PART
        while key in taken:
            key += "-drafted"
        self.parts[MAIN_PART] = key
        return part | {"id": key, "made_from": made_from}

    def _evidence(self) -> list[dict[str, Any]]:
        """Return the new evidence, except for parts that the old record does not have."""
        items = []
        for item in self.new["evidence"]:
            if _parts_in(item) <= set(self.parts):
                steps = item["field"].split(".")
                if steps[0] in ("agents", "participants"):
                    steps[1] = self.agents[steps[1]]
                if steps[0] == "parts":
                    if steps[1] != MAIN_PART:
                        continue
                    steps[1] = self.parts[MAIN_PART]
                changed = item | {"field": ".".join(steps)}
                if "agent" in item:
                    changed["agent"] = self.agents[item["agent"]]
                items.append(changed)
        return items

    def _with_old_parts(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: self.parts[item] if key == "part" else self._with_old_parts(item)
                for key, item in value.items()
            }
        if isinstance(value, list):
            return [self._with_old_parts(item) for item in value]
        return value


def _stated(item: dict[str, Any]) -> str:
    """Return the field, or the agent, that an item of evidence supports."""
    steps = item["field"].split(".")
    return ".".join(steps[:2]) if steps[0] == "agents" else str(steps[0])


def _listed(record: dict[str, Any], roles: tuple[str, ...]) -> set[str]:
    """Return the ids of the agents in some roles."""
    return {key for role in roles for key in record.get(role, ())}


def _parts_in(value: Any) -> set[str]:
    """Return the ids of the parts that a value names."""
    if isinstance(value, dict):
        own = {value["part"]} if isinstance(value.get("part"), str) else set()
        return own.union(*(_parts_in(item) for key, item in value.items() if key != "part"))
    if isinstance(value, list):
        return set().union(*(_parts_in(item) for item in value))
    return set()


def _comparable(record: dict[str, Any], name: str) -> Any:
    """Return the value of a field for comparison, with names of agents and words of notes."""
    names = {agent["id"]: agent["name"] for agent in record.get("agents", ())}

    def words(value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return sorted((words(item) for item in value), key=str)
        if isinstance(value, dict):
            if "at" in value:
                return value["at"]["exact"]
            return {key: item for key, item in value.items() if key in _COMPARED}
        return names.get(value, value)

    return words(record[name])
