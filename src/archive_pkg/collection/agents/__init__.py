"""The agents of a collection of records: who uses them, what differs, merging and splitting."""

from archive_pkg.collection.agents.agent_changes import AgentChanges, add_entries, merge, split
from archive_pkg.collection.agents.agent_checks import AgentSummary, check_agents, summaries
from archive_pkg.collection.agents.agent_collection import AgentCollection, agent_collection
from archive_pkg.collection.agents.reconciliation import (
    accept,
    candidates_table,
    from_file,
    from_service,
    names_table,
    names_to_find,
)
from archive_pkg.collection.agents.registered_names import with_registered_agents

__all__ = [
    "AgentChanges",
    "AgentCollection",
    "AgentSummary",
    "accept",
    "add_entries",
    "agent_collection",
    "candidates_table",
    "check_agents",
    "from_file",
    "from_service",
    "merge",
    "names_table",
    "names_to_find",
    "split",
    "summaries",
    "with_registered_agents",
]
