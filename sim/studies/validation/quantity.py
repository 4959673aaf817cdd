"""What is measured of a run: a part of the model, days, and a unit."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import ConfigDict, model_validator

from corridors.io.document import Document
from corridors.messages import InvalidValueError, message
from corridors.sides import Direction, Side


class Quantity(Document):
    """The part of the model to measure. The fields that count depend on ``measure``."""

    model_config = ConfigDict(extra="ignore")

    measure: str
    """One of :data:`sim.studies.validation.measures.MEASURES`."""
    of: tuple[str, ...] = ()
    """Ids of ports, facilities, links, services, stocks or durations."""
    side: Side | Literal["each"] = "both"
    """``each``: the mean of the two sides."""
    direction: Direction | Literal[""] = ""
    """'' for both directions."""
    vehicle_class: tuple[str, ...] = ()
    """Classes of vehicles; () for all."""
    kpi: str = ""
    first_day: date | None = None
    last_day: date | None = None
    """Last day, included. Without days, the measured period of the run is taken."""
    per: Literal["day", "open_day", "period"] = "day"
    """For a flow: a day, a day with traffic, or all days together."""
    scale: float = 1.0
    """Factor from the unit of the model to that of the publication."""

    @model_validator(mode="after")
    def _has_each_side_only_for_kpi(self) -> Quantity:
        if self.side == "each" and self.measure != "kpi":
            raise InvalidValueError(message("only_kpi_has_each_side", "validation"))
        return self
