"""A choice of programmes as its file ``plan.json`` has it, read again: what is shown of it, checked.

Input: plain values, also of a file from elsewhere. Output: :class:`StoredPlan`, or a ValidationError. Other keys of the
file, such as all sets that were valued, are left out.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from corridors.io.characters import in_one_line
from corridors.io.document import Document
from corridors.messages import InvalidValueError, message
from corridors.overlay.demand_scenarios import DemandScenarioId

MOST_BUDGETS: Final = 100
MOST_CANDIDATES: Final = 500
"""Works of the file, chosen or not."""
MOST_PAIRS: Final = 5_000
"""Of works at a port."""
MOST_DAYS: Final = 3_700
LONGEST: Final = 400
"""Characters of a title."""


Id = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,120}$")]
Title = Annotated[str, Field(max_length=LONGEST), AfterValidator(in_one_line)]
Year = Annotated[int, Field(ge=2000, le=2150)]
Amount = Annotated[float, Field(ge=0)]
"""M USD."""


class Part(Document):
    """A part of the file, of which other keys are left out."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class StoredWork(Part):
    """A work that could be chosen."""

    title_en: Title = ""
    title_zh: Title = ""
    build_years: Annotated[int, Field(ge=1, le=100)] = 1


class Value(Part):
    """A net present value, M USD."""

    value: float


class StoredBudget(Part):
    """What one budget buys."""

    budget_musd: Amount
    capital_musd: Amount
    net_musd_a_year: float
    opens: Annotated[dict[Id, Year], Field(max_length=MOST_CANDIDATES)]
    works: Annotated[dict[Id, tuple[Id, ...]], Field(default_factory=dict, max_length=MOST_CANDIDATES)]
    """The selected set by port; not all of it need open."""
    npv: dict[DemandScenarioId, Value] | None = None
    assumed_share: Annotated[float, Field(ge=0, le=1)] | None = None
    ratio: float | None = None
    """Benefit of a year over its cost; None in a file of an earlier version, as is what follows."""
    ratios: dict[DemandScenarioId, float] | None = None
    """Of benefits to costs over all years."""
    warnings: Annotated[tuple[Literal["queue"], ...], Field(max_length=1)] = ()

    @property
    def is_selected(self) -> bool:
        """Whether any work was selected."""
        return any(self.works.values())


class StoredPair(Part):
    """Two works whose benefits do not add up: their interaction, M USD a year, with its interval if it has one."""

    first: Id
    second: Id
    value: float
    low: float | None = None
    high: float | None = None


class StoredPort(Part):
    """What is known of the works at a port."""

    interactions: Annotated[tuple[StoredPair, ...], Field(max_length=MOST_PAIRS)] = ()


class StoredPlan(Part):
    """The choices of all budgets."""

    quick: bool
    sets_valued: Annotated[int, Field(ge=0)]
    rate: Annotated[float, Field(gt=-1, lt=1)] | None = None
    price_year: Year | None = None
    measured_days: Annotated[int, Field(ge=1, le=MOST_DAYS)] | None = None
    """Of a run of the search."""
    works: Annotated[dict[Id, StoredWork], Field(max_length=MOST_CANDIDATES)]
    budgets: Annotated[tuple[StoredBudget, ...], Field(min_length=1, max_length=MOST_BUDGETS)]
    ports: Annotated[dict[Id, StoredPort], Field(default_factory=dict, max_length=MOST_CANDIDATES)]

    @model_validator(mode="after")
    def _has_each_budget_once(self) -> Self:
        amounts = [one.budget_musd for one in self.budgets]
        if len(set(amounts)) < len(amounts):
            raise InvalidValueError(message("result_file.wrong_rows", "runs"))
        return self
