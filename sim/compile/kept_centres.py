"""Service centres and stocks that earlier plans leave: only those are made anew of which something read differs.

Input: the corridor and the settings of a run. Output: the same as by :mod:`sim.compile.service_centres`; what did not
change is the same object as before, so that later stages see by identity what they need not make again.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final, Generic, TypeVar

from corridors.clock.calendars import Calendars
from corridors.model import Corridor, Facility
from sim.compile.detours import Outlook
from sim.compile.expected_load import NO_JOB, Job
from sim.compile.part_time import whole_servers
from sim.compile.service_centres import (
    ServiceCentre,
    StockLevels,
    centre_of,
    centres_beside_table,
    outlooks,
    stock_levels,
)
from sim.compile.step_functions import StepFunction
from sim.compile.watched import WatchedCorridor
from sim.core.random_streams import RandomStreams
from sim.core.run_settings import RunSettings

MOST_KEPT: Final = 3
"""Corridors and periods of which something is kept; a corridor has some hundred kilobytes of it."""

Value = TypeVar("Value")


class KeptStage(Generic[Value]):
    """What a stage of the compilation made of the last corridors, and all that it was made of."""

    def __init__(self, without: Iterable[str] = ()) -> None:
        self._without = tuple(without)
        """Tables that the stage does not read of the corridor."""
        self._made: list[tuple[Hashable, WatchedCorridor, Value]] = []
        self._lock = Lock()

    def of(self, corridor: Corridor, inputs: Hashable, made: Callable[[Corridor], Value]) -> Value:
        """What ``made`` makes of the corridor; ``inputs`` are all that it depends on beside the corridor."""
        with self._lock:
            known = next((one for one in self._made if one[0] == inputs and one[1].suits(corridor)), None)
            if known is None:
                read = WatchedCorridor(corridor, by_field=(), without=self._without)
                known = inputs, read, made(read.corridor)
            self._made = [known, *(one for one in self._made if one is not known)][:MOST_KEPT]
            return known[2]


class KeptCentres:
    """Service centres, their servers at work, and stocks, as in the last plans."""

    def __init__(self) -> None:
        self._centres: KeptStage[_Centres] = KeptStage(without=["facilities"])
        self._outlooks: KeptStage[list[ServiceCentre]] = KeptStage()
        self._stocks: KeptStage[list[StockLevels]] = KeptStage()
        self._at_work: dict[str, _AtWork] = {}

    def centres(self, corridor: Corridor, settings: RunSettings) -> list[ServiceCentre]:
        """See :func:`~sim.compile.service_centres.service_centres`."""

        def made(read: Corridor) -> _Centres:
            return _Centres(read, Calendars(read, settings.epoch, settings.horizon_s))

        return self._centres.of(corridor, (settings.epoch, settings.horizon_s), made).with_rows(corridor.facilities)

    def outlooks(self, corridor: Corridor, settings: RunSettings, watched: Sequence[Outlook]) -> list[ServiceCentre]:
        """See :func:`~sim.compile.service_centres.outlooks`."""
        inputs = settings.epoch, settings.horizon_s, *watched
        return self._outlooks.of(corridor, inputs, lambda read: outlooks(read, settings, watched))

    def stocks(self, corridor: Corridor, settings: RunSettings, streams: RandomStreams) -> list[StockLevels]:
        """See :func:`~sim.compile.service_centres.stock_levels`."""

        def made(read: Corridor) -> list[StockLevels]:
            return stock_levels(read, Calendars(read, settings.epoch, settings.horizon_s), streams)

        return self._stocks.of(corridor, (settings.epoch, settings.horizon_s, streams), made)

    def servers_at_work(
        self, centres: Iterable[ServiceCentre], jobs: Mapping[str, Job], horizon_s: int
    ) -> dict[str, StepFunction]:
        """See :func:`~sim.compile.service_centres.servers_at_work`."""
        before, now = self._at_work, dict[str, _AtWork]()
        for centre in centres:
            job = jobs.get(centre.name, NO_JOB)
            known = before.get(centre.name)
            if known is None or not known.suits(centre, job, horizon_s):
                known = _AtWork.of(centre, job, horizon_s)
            now[centre.name] = known
        self._at_work = now
        return {name: one.servers for name, one in now.items()}


class _Centres:
    """The service centres of a corridor; of the table of facilities those of the last rows."""

    def __init__(self, corridor: Corridor, calendars: Calendars) -> None:
        self._calendars = calendars
        self._beside = centres_beside_table(corridor, calendars)
        self._of_row: dict[str, tuple[Facility, ServiceCentre]] = {}

    def with_rows(self, facilities: Mapping[str, Facility]) -> list[ServiceCentre]:
        before, now = self._of_row, dict[str, tuple[Facility, ServiceCentre]]()
        for id, row in facilities.items():
            known = before.get(id)
            now[id] = known if known and known[0] == row else (row, centre_of(row, self._calendars))
        self._of_row = now
        return [*(centre for _, centre in now.values()), *self._beside]


@dataclass(frozen=True)
class _AtWork:
    """The whole servers of a centre, and what they were made of."""

    centre: ServiceCentre
    job: Job | None
    """None where no server works part of the time, so that the job does not matter."""
    horizon_s: int
    servers: StepFunction

    @staticmethod
    def of(centre: ServiceCentre, job: Job, horizon_s: int) -> _AtWork:
        servers = whole_servers(centre.times_s, centre.levels, horizon_s, job)
        return _AtWork(centre, job if centre.works_part_time else None, horizon_s, servers)

    def suits(self, centre: ServiceCentre, job: Job, horizon_s: int) -> bool:
        same = self.centre is centre and self.horizon_s == horizon_s
        return same and (self.job is None or self.job == job)
