"""What a tonne costs its user, by flow, from the flows of runs and prices.

Input: :class:`Flows`, the figures of runs (:mod:`sim.kpi.service_flows`) as arrays whose last axis is the service.
Output: :class:`~.benefits.World` by market, in USD/t:

=============  =====================================================================================================
transport      charges of links and facilities over the load                                          moving
carbon         price of carbon x CO2 in kg/t / 1000                                                   moving
cargo_time     cargo (of a vehicle: over the load) x hours; those that the cargo waits are waiting      both
equipment      equipment x hours waited on the whole way, the empty way back too, over the load       waiting
crew           as equipment                                                                           waiting
reliability    sd_ratio x cargo x standard deviation of the hours                                     waiting
=============  =====================================================================================================

Services of one market carry the same cargo: its tonnes are their sum, its cost of a tonne the mean over their tonnes. A
service that also covers the way of another one, behind the end of the market's others, saves that service's cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.studies.appraisal.benefits import Answer, Benefit, World, benefit
from sim.studies.appraisal.prices import Point, Prices

Floats = npt.NDArray[np.float64]
MOVING: Final = ("transport", "carbon", "cargo_time")
WAITING: Final = ("cargo_time", "equipment", "crew", "reliability")
STREAMS: Final = ("transport", "cargo_time", "equipment", "crew", "reliability", "carbon", "detour", "rent", "worth")
"""Streams of benefits, in the order of their tables."""
FIGURES: Final = (
    *("delivered_t_per_day", "load_t", "charges_usd", "hours", "hours_sd", "wait_h", "loaded_wait_h", "co2_kg"),
)
"""Columns of the flows of runs that are priced."""
OF_VEHICLE: Final = "USD/h"
"""Unit of a price of cargo that is of one vehicle with its load; the others are of a tonne."""
CARBON_YEARS: Final = (2020, 2030)


@dataclass(frozen=True)
class Flows:
    """Figures by column, each (..., services); a service that does not run has 0 tonnes and a load of 1 t."""

    figures: dict[str, Floats]

    def __getitem__(self, column: str) -> Floats:
        return self.figures[column]


class Pricing:
    """Prices flows of the same services in the same order, at any point of the prices."""

    def __init__(self, prices: Prices, services: Sequence[tuple[str, str]], shifted: frozenset[str]) -> None:
        """``services`` are (service, class); ``shifted`` those whose volumes the works change."""
        self.prices, self.services = prices, tuple(services)
        answers = [prices.answer(*one) for one in services]
        self.markets = tuple(dict.fromkeys(answer.market for answer in answers))
        first = [next(k for k, one in enumerate(answers) if one.market == market) for market in self.markets]
        self.leading = tuple(self.services[k] for k in first)
        """The service whose prices of an answer count for each market: its first."""
        self._of = np.array([[answer.market == market for answer in answers] for market in self.markets], float)
        place = {service: k for k, (service, _) in enumerate(services)}
        self._covers = {k: place[one.includes] for k, one in enumerate(answers) if one.includes in place}
        moves = {answers[k].market for k, (service, _) in enumerate(services) if service in shifted}
        self.regime = np.array(
            [
                "shifted" if market in moves and answers[k].extra in ("diverts", "elastic") else answers[k].extra
                for market, k in zip(self.markets, first, strict=True)
            ]
        )
        self._ids = {
            kind: [prices.id_of(kind, *one) for one in self.services] for kind in ("cargo", "equipment", "crew")
        }
        self._of_vehicle = np.array([prices.rows[id].unit == OF_VEHICLE for id in self._ids["cargo"]])
        self._answer_ids = {
            kind: [prices.id_of(kind, *one) for one in self.leading] for kind in ("detour", "rent", "worth")
        }

    def used(self) -> tuple[str, ...]:
        """Ids of the prices that count for these services, in the order of the table."""
        found = {id for ids in (*self._ids.values(), *self._answer_ids.values()) for id in ids}
        found |= {"sd_ratio", "admission_h", *(f"carbon.{year}" for year in CARBON_YEARS)}
        kinds = {"detour": "diverts", "rent": "rationed", "worth": "shifted"}
        for kind, regime in kinds.items():
            ids = self._answer_ids[kind]
            found -= set(ids) - {id for id, one in zip(ids, self.regime, strict=True) if one == regime}
        return tuple(id for id in self.prices.rows if id in found)

    def benefit(self, before: Flows, after: Flows, point: Point, years: Floats, plan: bool = True) -> Benefit:
        """USD per day by market; the first axis of all figures are the anchor ``years``.

        Without ``plan``, flows that divert wait as long as the other way costs. Prices may be arrays (points, 1, 1):
        then all results have a first axis of points.
        """
        a, cap_a = self._world(before, before, point, years)
        b, cap_b = self._world(after, before, point, years)
        detour, rent, worth = (_values(point, self._answer_ids[kind]) for kind in ("detour", "rent", "worth"))
        hour = np.where(a.tonnes > 0, cap_a, cap_b)
        cap = np.minimum(detour, _values(point, ["admission_h"]) * hour) if plan else detour + np.zeros_like(hour)
        return benefit(a, b, Answer(self.regime, detour, rent, worth, cap))

    def by_stream(self, found: Benefit) -> Floats:
        """(streams, ..., markets) in the order of :data:`STREAMS`."""
        parts = {stream: np.zeros_like(found.detour) for stream in STREAMS}
        for names, values in ((MOVING, found.moving), (WAITING, found.waiting)):
            for name, value in zip(names, values, strict=True):
                parts[name] = parts[name] + value
        parts |= {"detour": found.detour, "rent": found.rent, "worth": found.worth}
        return np.stack([parts[stream] for stream in STREAMS])

    def _world(self, flows: Flows, before: Flows, point: Point, years: Floats) -> tuple[World, Floats]:
        """The world by market, and what an hour of waiting costs a tonne, (..., markets).

        The ways that services also cover cost what they do in the world ``before``.
        """
        t = flows["delivered_t_per_day"]
        moving, waiting, of_hour = self._parts(flows, point, years)
        if self._covers:
            saved = self._parts(before, point, years)
            for k, j in self._covers.items():
                moving[..., k] -= saved[0][..., j]
                waiting[..., k] -= saved[1][..., j]
        return (
            World(
                t @ self._of.T,
                np.stack([self._mean(part, t) for part in moving]),
                np.stack([self._mean(part, t) for part in waiting]),
            ),
            self._mean(of_hour, t),
        )

    def _parts(self, flows: Flows, point: Point, years: Floats) -> tuple[Floats, Floats, Floats]:
        """Costs of a tonne by service: moving and waiting (parts, ..., services), and of an hour of waiting."""
        cargo, equipment, crew = (_values(point, self._ids[kind]) for kind in ("cargo", "equipment", "crew"))
        load, t = flows["load_t"], flows["delivered_t_per_day"]
        cargo = np.where(self._of_vehicle, cargo / load, cargo)
        first, last = CARBON_YEARS
        past = np.clip((years - first) / (last - first), 0.0, 1.0).reshape(len(years), *(1,) * (t.ndim - 1))
        of_first, of_last = (_values(point, [f"carbon.{year}"]) for year in CARBON_YEARS)
        carbon = of_first + past * (of_last - of_first)
        waited = flows["wait_h"] / load
        moving = (
            flows["charges_usd"] / load,
            carbon * flows["co2_kg"] / load / 1000,
            cargo * (flows["hours"] - flows["loaded_wait_h"]),
        )
        waiting = (
            cargo * flows["loaded_wait_h"],
            equipment * waited,
            crew * waited,
            _values(point, ["sd_ratio"]) * cargo * flows["hours_sd"],
        )
        of_hour = cargo + (equipment + crew) / load
        return np.stack(np.broadcast_arrays(*moving)), np.stack(np.broadcast_arrays(*waiting)), of_hour

    def _mean(self, part: Floats, tonnes: Floats) -> Floats:
        """(..., markets) mean of a figure of services over their tonnes."""
        total = tonnes @ self._of.T
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(total > 0, (part * tonnes) @ self._of.T / total, 0.0)


def _values(point: Point, ids: Sequence[str]) -> Floats:
    """Prices as the last axis; the axes of arrays come before it."""
    return np.stack(np.broadcast_arrays(*(np.asarray(point[id], float) for id in ids)), axis=-1)
