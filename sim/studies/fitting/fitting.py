"""Every number that visits say something about, each by its estimator; those that they do not carry with the reason.

Input: :class:`~corridors.records.visits.Visits`, their map and the world. Output: a :class:`Fit`. Days are those of the
log's clock; arrivals (:mod:`sim.studies.fitting.demand`) use those of the clock of the world.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from corridors.clock.calendars import Calendars
from corridors.model import Corridor, Service, Step
from corridors.records.mapping import RecordMap, StepMap
from corridors.records.visits import Visits, begin_of
from sim.core.units import DAY_S, MINUTE_S
from sim.studies.fitting import branches, capacity, durations, fleets, loads, stations
from sim.studies.fitting.demand import demand
from sim.studies.fitting.estimate import OWN_AGAIN, Estimate, Floats, Ints, by_day, word
from sim.studies.fitting.likelihood import Evidence
from sim.studies.fitting.own_hours import OwnHours, own_hours

if TYPE_CHECKING:
    import pandas as pd


SHARE_DECIMALS: Final = 6


@dataclass(frozen=True)
class Fit:
    """The estimates of one log, in the order of the map, and the rows that they need."""

    estimates: tuple[Estimate, ...]
    hours: Mapping[str, OwnHours] = field(default_factory=dict)
    """By facility: the hours in which work begins there."""
    own_rows: Mapping[str, str] = field(default_factory=dict)
    """Steps that need a separate duration or share, since the row of the world serves other steps, too: step to row."""

    def written(self) -> Iterator[Estimate]:
        """The numbers that the scenario has."""
        return (one for one in self.estimates if one.written)

    def by_address(self) -> dict[str, Estimate]:
        """The written numbers by address."""
        return {one.address: one for one in self.written()}


def fit(visits: Visits, found: RecordMap, corridor: Corridor, seed: int = 1) -> Fit:
    """All numbers of the visits."""
    work = _Fitting(visits, found, corridor, seed)
    estimates = [one for step in found.steps for one in work.of_step(step)]
    estimates += work.facilities()
    estimates += work.branches()
    estimates += work.of_services()
    return Fit(tuple(estimates), work.hours, work.own_rows)


class _Fitting:
    def __init__(self, visits: Visits, found: RecordMap, corridor: Corridor, seed: int) -> None:
        self.visits, self.map, self.corridor, self.seed = visits, found, corridor, seed
        self.hours: dict[str, OwnHours] = {}
        self.own_rows: dict[str, str] = {}
        self.stations: dict[str, stations.Station] = {}
        """By facility, where only arrivals and departures are known."""

    def day(self, seconds: Floats) -> Ints:
        """Days of the log's clock."""
        return np.floor_divide(self.visits.local_s(seconds), DAY_S).astype(np.int64)

    def of_step(self, one: StepMap) -> Iterator[Estimate]:
        """Duration of the work at a step."""
        step = self.corridor.itineraries[one.step]
        rows = self.visits.at(one.step)
        if not step.duration:
            return
        row = self._row(step)
        address = f"durations.{row}.mean_min"
        if one.step in self.visits.refused_steps:
            yield Estimate(address, float("nan"), n=len(rows)).refused(word("many_dropped"))
        elif rows["started"].notna().any():
            yield from self._by_start(row, one, rows)
        elif rows["arrived"].notna().any() and rows["low"].notna().any():
            yield from self._by_arrival(row, one, step, rows)
        else:
            yield Estimate(address, float("nan"), n=len(rows)).refused(word("no_start"))

    def _row(self, step: Step) -> str:
        """The row of durations that the step gets: that of the world, or a new one if other steps use that, too."""
        logged = {one.step for one in self.map.steps}
        others = [other.id for other in self.corridor.itineraries.values() if other.duration == step.duration]
        if set(others) <= logged and others[0] == step.id:
            return step.duration
        return self._own_row(step, "durations")

    def _own_row(self, step: Step, table: str) -> str:
        """A new row for one step; its id is not that of a row of an earlier fit that others use."""
        own = f"{step.itinerary}_{step.step}_own"
        while own in self.corridor.table(table):
            own += OWN_AGAIN
        self.own_rows[step.id] = own
        return own

    def _by_start(self, row: str, one: StepMap, rows: pd.DataFrame) -> Iterator[Estimate]:
        # Where the next record of the vehicle alone bounds an end, the bound moves with the work itself: as an interval
        # such ends would draw the mean down (by 1 % where 3 % of the ends are missing). They say nothing here.
        bounded = rows["finished"].isna() & rows["left"].isna() & np.isfinite(rows["high"])
        rows = rows[rows["started"].notna() & rows["low"].notna() & ~bounded]
        start = rows["started"].to_numpy()
        low = np.maximum((rows["low"].to_numpy() - start) / MINUTE_S, 0.0)
        high = np.maximum((rows["high"].to_numpy() - start) / MINUTE_S, low)
        entry = np.nan_to_num((rows["entry"].to_numpy() - start) / MINUTE_S)
        evidence = Evidence(low, high, np.minimum(np.maximum(entry, 0.0), low), self.day(start))
        raster = self.visits.rounding_s[one.step] / MINUTE_S
        yield from durations.estimates(row, evidence, raster, rows["vehicle"].nunique(), self.seed)

    def _by_arrival(self, row: str, one: StepMap, step: Step, rows: pd.DataFrame) -> Iterator[Estimate]:
        """Service and servers together, first come first served."""
        address = f"durations.{row}.mean_min"
        known = rows[rows["arrived"].notna() & (rows["low"] == rows["high"])]
        bare = Estimate(address, float("nan"), n=len(known), method="first_come")
        if others := self._others_at(step.facility):
            yield bare.refused(word("other_traffic", names=others))
            return
        facility = self.corridor.facilities.get(step.facility)
        if facility is None or facility.calendar:
            yield bare.refused(word("station_hours"))
            return
        arrived, left = known["arrived"].to_numpy(), known["low"].to_numpy()
        slack = max(self.visits.rounding_s[one.step], 1.0)
        made = stations.station(arrived, left, slack, one.servers)
        if made.reason:
            yield bare.refused(word(made.reason))
            return
        self.stations[facility.id] = made
        order = np.lexsort((left, arrived))
        minutes = made.services / MINUTE_S
        evidence = Evidence(minutes, minutes.copy(), np.zeros(len(minutes)), self.day(arrived[order]))
        raster = self.visits.rounding_s[one.step] / MINUTE_S
        low, high = (bound / MINUTE_S for bound in made.mean_bounds)
        for number in durations.estimates(row, evidence, raster, known["vehicle"].nunique(), self.seed):
            if number.address == address and number.written:
                words = (word("pair", low=made.low, high=made.high),) if made.high > made.low else ()
                yield replace(number, low=min(number.low, low), high=max(number.high, high), words=number.words + words)
            else:
                yield number

    def _others_at(self, facility: str) -> tuple[str, ...]:
        """Services that use a facility at steps that the log does not have."""
        logged, known = {one.step for one in self.map.steps}, set(self.visits.services)
        found = []
        for name, service in self.corridor.services.items():
            ways = self.corridor.itineraries_from(service.itinerary)
            used = [step.id for way in ways for step in self.corridor.steps(way) if step.facility == facility]
            if used and _comes(service) and (name not in known or not set(used) <= logged | self._frees(used)):
                found.append(name)
        return tuple(found)

    def _frees(self, steps: list[str]) -> set[str]:
        return {one for one in steps if self.corridor.itineraries[one].kind == "free"}

    def facilities(self) -> Iterator[Estimate]:
        """Servers and opening hours of each facility, of all steps there."""
        by_facility: dict[str, list[StepMap]] = {}
        for one in self.map.steps:
            step = self.corridor.itineraries[one.step]
            if step.facility and step.kind in ("serve", "hold"):
                by_facility.setdefault(step.facility, []).append(one)
        for facility, steps in by_facility.items():
            if (made := self._hours(facility, steps)) is not None:
                self.hours[facility] = made
            yield from self._servers(facility, steps)
            if made is not None:
                yield made.estimate

    def _servers(self, facility: str, steps: list[StepMap]) -> Iterator[Estimate]:
        import pandas as pd

        address = f"facilities.{facility}.servers"
        if facility in self.stations:
            made = self.stations[facility]
            n = len(made.services)
            words = (word("capacity", low=made.capacity_bounds[0], high=made.capacity_bounds[1]),)
            yield Estimate(address, float(made.servers), made.low, made.high, n, method="first_come", words=words)
            return
        rows = pd.concat([self.visits.at(one.step) for one in steps])
        # An end that is not known exactly would keep a server for too long.
        rows = rows[rows["started"].notna() & ((rows["low"] == rows["high"]) | np.isinf(rows["high"]))]
        if not len(rows):
            return
        if others := self._others_at(facility):
            bare = Estimate(address, float("nan"), n=len(rows), method="concurrency")
            yield bare.refused(word("other_traffic", names=others))
            return
        hold = self.corridor.itineraries[steps[0].step].kind == "hold"
        ends = rows["left"].fillna(rows["finished"]) if hold else rows["finished"]
        finished = ends.fillna(rows["high"]).to_numpy()
        arrived, started = rows["arrived"].to_numpy(), rows["started"].to_numpy()
        slack = max(self.visits.rounding_s[one.step] for one in steps)
        at = capacity.waiting_instants(arrived, started, slack)
        is_open = self._open_at(facility, at)
        yield capacity.servers(address, arrived, started, finished, is_open, slack, self.day)

    def _open_at(self, facility: str, at: Floats) -> Any:
        """Whether a facility is open at instants, by the hours that are written, else by the calendar of the world."""
        if not len(at):
            return np.zeros(0, bool)
        own = self.hours.get(facility)
        if own is not None and own.estimate.written:
            return own.found.is_open(self.visits.local_s(at))
        epoch = datetime.fromtimestamp(float(at.min()) // DAY_S * DAY_S, UTC)
        horizon = int(at.max() - epoch.timestamp()) + DAY_S
        times, servers = Calendars(self.corridor, epoch, horizon).facility_servers(facility)
        found: Any = servers[np.searchsorted(times, at - epoch.timestamp(), side="right") - 1] > 0
        return found

    def _hours(self, facility: str, steps: list[StepMap]) -> OwnHours | None:
        """Hours in which work begins."""
        import pandas as pd

        rows = pd.concat([self.visits.at(one.step) for one in steps])
        starts, both = rows["started"].dropna().to_numpy(), rows[rows["arrived"].notna() & rows["started"].notna()]
        waits = (both["arrived"].to_numpy(), both["started"].to_numpy()) if len(starts) else None
        every = starts if len(starts) else rows["low"].dropna().to_numpy()
        return own_hours(facility, every, waits, self.visits, self.corridor, self._others_at(facility))

    def branches(self) -> Iterator[Estimate]:
        """Shares of branches whose two ways differ in the log."""
        for step in self.corridor.itineraries.values():
            if step.kind == "branch" and step.share:
                yield from self._branch(step)
        for choice in dict.fromkeys(way.choice for way in self.corridor.alternatives.values() if way.rule == "shares"):
            yield from self._choice(choice)

    def _branch(self, step: Step) -> Iterator[Estimate]:
        order = [one.id for one in self.corridor.steps(step.itinerary)]
        at, to = order.index(step.id), order.index(f"{step.itinerary}.{step.to}")
        logged = {one.step: n for n, one in enumerate(self.map.steps)}
        between = [logged[one] for one in order[at + 1 : to] if one in logged]
        around = [logged[one] for one in order[to:] if one in logged]
        before = [logged[one] for one in order[:at] if one in logged]
        if not between or not around or not before:
            return
        row = step.share
        if any(one.share == row and one.id != step.id for one in self.corridor.itineraries.values()):
            row = self._own_row(step, "shares")
        frame = self.visits.frame
        inside = {
            name: set(frame.loc[frame["step"].isin(steps), "journey"].tolist())
            for name, steps in (("between", between), ("around", around), ("before", before))
        }
        passed = inside["before"] & inside["around"]
        rows = frame[frame["journey"].isin(passed)].drop_duplicates("journey")
        first = np.fmin(rows["arrived"].to_numpy(), rows["started"].to_numpy())
        first = np.where(np.isnan(first), rows["low"].to_numpy(), first)
        day = self.day(first)
        taken = rows["journey"].isin(inside["between"]).to_numpy().astype(np.float64)
        counts = by_day(np.ones_like(taken), day)
        address = f"shares.{row}.share"
        yield branches.share(address, by_day(taken, day), counts, rows["vehicle"].nunique(), self.seed)

    def _choice(self, choice: str) -> Iterator[Estimate]:
        """Shares of the alternatives of a choice, where the log has a step of each: of the journeys seen on one.

        A journey that a damaged log has on several ways counts for the first of them, so that shares add up to 1.
        """
        ways = [way for way in self.corridor.alternatives.values() if way.choice == choice]
        steps = [
            [
                n
                for n, one in enumerate(self.map.steps)
                if self.corridor.itineraries[one.step].itinerary == way.itinerary
            ]
            for way in ways
        ]
        if not all(steps):
            return
        frame = self.visits.frame
        way_of = {step: n for n, those in reversed([*enumerate(steps)]) for step in those}
        rows = frame[frame["step"].isin([*way_of])].drop_duplicates("journey")
        went = np.array([way_of[step] for step in rows["step"].tolist()])
        first = np.where(np.isnan(begin_of(rows)), rows["low"].to_numpy(), begin_of(rows))
        day = self.day(first)
        counts, left, others = by_day(np.ones(len(day)), day), 1.0, self._others_that_choose(choice)
        for n, way in enumerate(ways):
            taken = (went == n).astype(np.float64)
            address = f"alternatives.{way.id}.share"
            made = branches.share(address, by_day(taken, day), counts, rows["vehicle"].nunique(), self.seed)
            if made.written and others:
                made = made.refused(word("other_traffic", names=others))
            if made.written:  # Shares of a choice add up to 1, also after rounding.
                value = min(round(float(made.value), SHARE_DECIMALS), left) if n + 1 < len(ways) else left
                left = round(left - value, SHARE_DECIMALS)
                made = replace(made, value=value)
            yield made

    def _others_that_choose(self, choice: str) -> tuple[str, ...]:
        """Services that come to a choice and are not in the log."""
        at = {step.itinerary for step in self.corridor.itineraries.values() if step.choice == choice}
        return tuple(
            name
            for name, service in self.corridor.services.items()
            if at & set(self.corridor.itineraries_from(service.itinerary))
            and _comes(service)
            and name not in self.visits.services
        )

    def of_services(self) -> Iterator[Estimate]:
        """Loads, arrivals and fleets."""
        if self.map.load:
            rows = self.visits.frame[self.visits.frame["load"].notna()].drop_duplicates("journey")
            rows = rows[rows["service"] == self.visits.services.index(self.map.load.of)]
            begin = np.fmax(rows["arrived"].to_numpy(), rows["low"].to_numpy())
            day = self.day(np.nan_to_num(begin))
            address = f"services.{self.map.load.of}.load_t"
            yield loads.load(address, rows["load"].to_numpy(), day, rows["vehicle"].nunique(), self.seed)
        if self.map.arrivals:
            service = self.corridor.services[self.map.arrivals.of]
            given = (self.visits, self.map, self.corridor, self.seed)
            yield from demand(service, self.map.arrivals.counted_at, *given)
        for number, name in enumerate(self.visits.services):
            if self.corridor.services[name].arrivals == "fleet":
                yield from self._fleet(name, number)

    def _fleet(self, name: str, number: int) -> Iterator[Estimate]:
        rows = self.visits.frame[self.visits.frame["service"] == number].drop_duplicates("journey")
        times = begin_of(rows)
        known = ~np.isnan(times)
        made = fleets.fleet(rows["vehicle"].to_numpy()[known].astype(np.int64), times[known])
        address = f"services.{name}.fleet"
        if made is None:
            yield Estimate(address, float("nan"), n=int(known.sum()), method="windows").refused(word("no_rounds"))
            return
        words = (word("strangers", n=made.strangers),) if made.strangers else ()
        size = Estimate(address, round(made.size), made.low, made.high, int(known.sum()), method="windows", words=words)
        yield size if made.agrees else size.refused(word("little", n=made.by_little))


def _comes(service: Service) -> bool:
    return service.per_day > 0 or service.fleet > 0
