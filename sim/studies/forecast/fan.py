"""The forecast: quantiles over its members of queue, flow and wait, and when probe vehicles are through.

Input: a world, a state and a :class:`~sim.studies.forecast.members.Request`. Output: a :class:`Forecast`, with tables
whose rows are a group and an hour, a day or a probe. Quantiles are those of the members, interpolated between two.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from corridors.model import Corridor
from sim.core.units import DAY_S, HOUR_S
from sim.experiments.staying import workers_for
from sim.output.crossings import Group
from sim.studies.forecast.members import Floats, Member, Request, local_days, member
from sim.studies.forecast.state_file import WorldState, check_fleets

if TYPE_CHECKING:
    import pandas as pd

LEVELS: Final = {"p10": 0.1, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p90": 0.9}
HOURLY_H: Final = 48
"""Hours with a value each; then one every :data:`EVERY_H`."""
EVERY_H: Final = 6
CLEARED: Final = 0.1
"""Share of the queue of the instant at which it counts as cleared."""
CHUNK: Final = 5
"""Members that a worker makes at a time."""
GROUP: Final = ("port", "direction", "class")
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Forecast:
    """The members of a forecast, and tables of them."""

    request: Request
    members: tuple[Member, ...]
    groups: tuple[Group, ...]
    covered: tuple[Group, ...] = ()
    """Groups of the steps that the state covers: the traffic that the forecast is about; none: all."""
    services: tuple[str, ...] = ()
    """Services at these steps."""

    def of(self, name: str, group: Group) -> Floats:
        """(members, n) the values of a group: ``queue`` by hour, ``flow`` or ``wait_h`` by day; 0 where none had it."""
        empty = np.zeros(getattr(self.members[0], name).shape[1])
        rows = []
        for one in self.members:
            at = {known: k for k, known in enumerate(one.groups)}
            rows.append(getattr(one, name)[at[group]].astype(np.float64) if group in at else empty)
        return np.array(rows)

    @property
    def hours(self) -> list[datetime]:
        """The instant, and the whole hours of the queue after it."""
        first = self.request.second // HOUR_S
        later = [self.request.start + timedelta(hours=first + k) for k in range(1, self.request.hours)]
        return [self.request.at, *later]

    @property
    def shown_hours(self) -> list[int]:
        """Positions of the hours of the table."""
        n = self.request.hours
        return [*range(min(HOURLY_H, n)), *range(HOURLY_H, n, EVERY_H)]

    @property
    def days(self) -> list[date]:
        """Local days; the first and the last are parts of days."""
        return [date(1970, 1, 1) + timedelta(days=one) for one in local_days(self.request)]

    def queue(self) -> pd.DataFrame:
        """Vehicles that wait, by group and hour: port, direction, class, time, p10 to p90, mean."""
        hours, shown = self.hours, self.shown_hours
        return self._table("queue", "time", [(hours[k], k) for k in shown])

    def flow(self) -> pd.DataFrame:
        """Vehicles through a port, by group and local day; the first and last day are parts."""
        return self._table("flow", "day", [(day, k) for k, day in enumerate(self.days)])

    def wait(self) -> pd.DataFrame:
        """Mean wait in hours of the vehicles through a port on a day, before the instant included."""
        return self._table("wait_h", "day", [(day, k) for k, day in enumerate(self.days)])

    def _table(self, name: str, label: str, places: Sequence[tuple[Any, int]]) -> pd.DataFrame:
        import pandas as pd

        rows = []
        for group in self.groups:
            values = self.of(name, group)
            for when, k in places:
                rows.append((*group, when, *quantiles(values[:, k])))
        return pd.DataFrame(rows, columns=[*GROUP, label, *LEVELS, "mean"])

    def through(self) -> pd.DataFrame:
        """Hours from joining until a further vehicle has ended its journey: joins, service, p10 to p90, not_through."""
        import pandas as pd

        rows = []
        for n, at in enumerate(self.request.probes):
            for service in sorted({name for one in self.members for name in one.services}):
                hours = np.array(
                    [one.through_h[n, one.services.index(service)] for one in self.members if service in one.services]
                )
                # Who is not through by the end took longer than all who are.
                ranked = np.where(np.isnan(hours), np.inf, hours)
                rows.append((at, service, *_ranked(ranked), float(np.isnan(hours).mean())))
        return pd.DataFrame(rows, columns=["joins", "service", *LEVELS, "not_through"])

    def exceeds(self, over: int | None = None) -> pd.DataFrame:
        """By group and day: the share of members whose queue was above a number at any hour up to then.

        ``over`` None: half as many again as wait at the first hour. With a Wilson interval of 95 %.
        """
        import pandas as pd

        rows = []
        per_day = DAY_S // HOUR_S
        for group in self.groups:
            queue = self.of("queue", group)
            limit = over if over is not None else round(1.5 * float(np.median(queue[:, 0])))
            for day in range(1, self.request.days + 1):
                above = np.asarray((queue[:, : day * per_day + 1] > limit).any(axis=1))
                low, high = wilson(int(above.sum()), len(above))
                rows.append((*group, limit, day, float(above.mean()), low, high))
        return pd.DataFrame(rows, columns=[*GROUP, "over", "days", "probability", "low", "high"])

    def clears(self) -> pd.DataFrame:
        """By facility or stock with a queue: hours until at most a tenth of that of the instant waits there.

        Columns: port, place, waiting (median of the members at the instant), p10 to p90, never (share of the members in
        which it does not come to that), looked at each whole hour; gone_p10 to gone_p90, not_gone: until all that were
        there at the instant, at work or waiting, have had their turn.
        """
        import pandas as pd

        rows = []
        shared = set[tuple[str, str]].intersection(*(set(one.places) for one in self.members))
        for place in sorted(shared):
            queues = [one.at_place[one.places.index(place)] for one in self.members]
            waiting = float(np.median([queue[0] for queue in queues]))
            if not waiting:
                continue
            below = np.array([queue <= CLEARED * queue[0] for queue in queues])
            hours = np.where(below.any(axis=1), below.argmax(axis=1), np.inf)
            gone = np.array([one.gone_h[one.places.index(place)] for one in self.members])
            rows.append(
                (
                    *(*place, waiting, *_ranked(hours), float(np.isinf(hours).mean())),
                    *_ranked(np.where(np.isnan(gone), np.inf, gone)),
                    float(np.isnan(gone).mean()),
                )
            )
        later = [f"gone_{level}" for level in LEVELS]
        return pd.DataFrame(rows, columns=["port", "place", "waiting", *LEVELS, "never", *later, "not_gone"])


def _ranked(hours: Floats) -> list[float]:
    """Quantiles of hours of which some are infinite; NaN for those that are."""
    found = [float(np.quantile(hours, level, method="inverted_cdf")) for level in LEVELS.values()]
    return [one if np.isfinite(one) else float("nan") for one in found]


def quantiles(values: Floats) -> list[float]:
    """The quantiles of :data:`LEVELS` and the mean; NaN where no member has a value."""
    known = values[~np.isnan(values)]
    if not len(known):
        return [float("nan")] * (len(LEVELS) + 1)
    return [*(float(one) for one in np.quantile(known, list(LEVELS.values()))), float(known.mean())]


def wilson(successes: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    """The Wilson interval of a share."""
    share = successes / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * ((share * (1 - share) + z * z / (4 * n)) / n) ** 0.5 / (1 + z * z / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def forecast(
    corridor: Corridor,
    state: WorldState | None,
    request: Request,
    members: int,
    *,
    workers: int = 1,
    engine: str = "compiled",
    progress: Progress = lambda done, of: None,
) -> Forecast:
    """All members of a forecast; the same with any number of workers. Raises DataError for more than a fleet."""
    if state is not None:
        check_fleets(state, corridor)
    chunks = [tuple(range(k, min(k + CHUNK, members))) for k in range(0, members, CHUNK)]
    made: list[Member] = []
    with workers_for(workers) as those:
        waiting = []
        for chunk in chunks:
            waiting.append(those.submit(several, (corridor, state, request, chunk, engine)))
            if workers == 1:
                progress(chunk[-1] + 1, members)
        for future in waiting:
            made += future.result()
            progress(len(made), members)
    groups = tuple(sorted({group for one in made for group in one.groups}))
    covered = covered_groups(state.covers if state else (), corridor)
    there = tuple(group for group in groups if group in covered)
    return Forecast(
        request, tuple(made), groups, there, tuple(dict.fromkeys(id for group in there for id in covered[group]))
    )


def covered_groups(steps: Sequence[str], corridor: Corridor) -> dict[Group, list[str]]:
    """The groups of steps, with the services of each."""
    found: dict[Group, list[str]] = {}
    for step in (corridor.itineraries[one] for one in steps):
        for id, service in corridor.services.items():
            if step.port and step.itinerary in corridor.itineraries_from(service.itinerary):
                group = (step.port, step.direction, service.vehicle_class)
                found[group] = [*dict.fromkeys([*found.get(group, []), id])]
    return found


def several(task: tuple[Corridor, WorldState | None, Request, tuple[int, ...], str]) -> list[Member]:
    """The members of a chunk."""
    corridor, state, request, numbers, engine = task
    collects = gc.isenabled()
    gc.disable()  # It walks over the whole world again and again: a tenth of the time, and members leave little behind.
    try:
        return [member(corridor, state, request, number, engine) for number in numbers]
    finally:
        if collects:
            gc.enable()
