"""The register of the agents of a collection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, cast

from pydantic import ModelWrapValidatorHandler, model_validator

from archive_pkg.records.base import Model, with_all_faults
from archive_pkg.records.models.agents import Agent
from archive_pkg.records.models.fields import EMPTY, Many
from archive_pkg.records.models.history import Evidence
from archive_pkg.records.models.record import fault
from archive_pkg.records.record_errors import incoherence

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pydantic_core import InitErrorDetails


class Register(Model):
    """The register of the agents of a collection, `agents.yaml`.

    Attributes:
        agents: The agents. Records refer to them by their ids.
        evidence: The evidence for what the entries say. It cannot be quoted, because a register has
            no texts.
    """

    agents: Many[Agent] = EMPTY
    evidence: Many[Evidence] = EMPTY

    @model_validator(mode="wrap")
    @classmethod
    def _coherent(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Report errors of single fields together with those about several fields."""

        def faults(
            whole: Any, places: Collection[tuple[str | int, ...]]
        ) -> Iterator[InitErrorDetails]:
            for problem in incoherence(whole, cls, places):
                yield fault(*problem)

        return cast("Self", with_all_faults(cls, data, handler, faults))
