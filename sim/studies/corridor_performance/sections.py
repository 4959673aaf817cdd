"""Sections of line, each combined over all services of a class that run over it from end to end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sim.studies.corridor_performance.cost import TransportCost
from sim.studies.corridor_performance.routes import SECTION, ServiceRoute, Stage, indicators


@dataclass(frozen=True)
class SectionPerformance:
    """Section between two borders or stops; mean km, hours and cost per vehicle."""

    klass: str
    per_day: float
    load_t: float
    load_teu: float
    mean: Stage

    def as_json(self) -> dict[str, Any]:
        """The section as plain values."""
        return {
            "origin": self.mean.origin,
            "destination": self.mean.destination,
            "class": self.klass,
            "vehicles_per_day": self.per_day,
            **indicators(self.mean, self.mean.cost, self.load_t, self.load_teu),
        }


def sections(found: Iterable[ServiceRoute]) -> tuple[SectionPerformance, ...]:
    """Sections of all routes, sorted by (origin, destination, class), weighted by vehicles per day of the services."""
    parts: dict[tuple[str, str, str], list[tuple[ServiceRoute, Stage]]] = {}
    for route in found:
        for stage in route.stages:
            if stage.kind == SECTION:
                parts.setdefault((stage.origin, stage.destination, route.klass), []).append((route, stage))
    return tuple(_mean(parts[key]) for key in sorted(parts))


def _mean(parts: list[tuple[ServiceRoute, Stage]]) -> SectionPerformance:
    per_day = sum(route.per_day for route, _ in parts)
    shares = [route.per_day / per_day for route, _ in parts]
    first, *rest = (_times(stage, share) for (_, stage), share in zip(parts, shares, strict=True))
    return SectionPerformance(
        klass=parts[0][0].klass,
        per_day=per_day,
        load_t=sum(share * route.load_t for (route, _), share in zip(parts, shares, strict=True)),
        load_teu=sum(share * route.load_teu for (route, _), share in zip(parts, shares, strict=True)),
        mean=sum(rest, first),
    )


def _times(stage: Stage, share: float) -> Stage:
    cost = stage.cost
    return Stage(
        *(stage.kind, stage.origin, stage.destination, stage.port, stage.direction),
        *(share * stage.km, share * stage.moving_h, share * stage.waiting_h, share * stage.working_h),
        TransportCost(share * cost.haulage_usd, share * cost.handling_usd, share * cost.waiting_usd),
    )
