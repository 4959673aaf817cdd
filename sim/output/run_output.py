"""The output of one run, from which its tables are computed.

Every table can be computed from a Trace or from any other Visits. A program that needs several tables wraps the visits
in a :class:`RunOutput`, which scans them once for each observer, and drops it afterwards: it is large.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sim.core.plan import Ints, Ints32
from sim.core.trace import Rows, Seconds, Visits
from sim.core.units import DAY_S
from sim.output.crossings import CrossingSteps
from sim.output.facility_state import FacilityStates
from sim.output.idle import IdleObserver, IdleWaits
from sim.output.journey_cuts import CrossingStepObserver, GapObserver, HistoryObserver
from sim.output.journeys import History
from sim.output.kept_servers import KeptServerObserver
from sim.output.queue_lengths import DailyQueues, PeriodQueueObserver, QueueObserver, QueueSeries
from sim.output.single_pass import Observer, scan
from sim.output.step_records import PlainStepObserver, StepObserver, StepRecords
from sim.output.step_totals import StepTotals
from sim.output.yards import YardInflowObserver, YardInflows

T = TypeVar("T")

Kind = Callable[[Visits], Observer[T]]
"""Makes an observer of a run: as a rule its class."""

CHECKS: Final[tuple[Kind[Any], ...]] = (PlainStepObserver, HistoryObserver, GapObserver)
"""What the checks of a run are computed from."""
EVERY_TABLE: Final[tuple[Kind[Any], ...]] = (
    StepObserver,
    *CHECKS,
    CrossingStepObserver,
    YardInflowObserver,
    KeptServerObserver,
    IdleObserver,
)
"""What the tables and the checks of a run are computed from."""


@dataclass(frozen=True)
class PortQueues:
    """Makes the observer of the queues at ports at regular instants."""

    every_s: int

    def __call__(self, visits: Visits) -> QueueObserver:
        """The observer of the queues of all ports, every ``every_s`` seconds."""
        return QueueObserver.of_ports(visits.plan, self.every_s)


@dataclass(frozen=True)
class WaitingOver:
    """Makes the observer of the waiting for ports over equal periods."""

    every_s: int

    def __call__(self, visits: Visits) -> PeriodQueueObserver:
        """The observer of periods of ``every_s`` seconds."""
        return PeriodQueueObserver(visits, self.every_s)


class RunOutput:
    """The visits of a run with the results of observers, each computed at most once."""

    def __init__(self, visits: Visits) -> None:
        self.visits = visits
        self.plan = visits.plan
        self._results: dict[Kind[Any] | Callable[[RunOutput], Any], Any] = {}

    @staticmethod
    def of(visits: Visits | RunOutput) -> RunOutput:
        """The same as a RunOutput."""
        return visits if isinstance(visits, RunOutput) else RunOutput(visits)

    @staticmethod
    def whole(visits: Visits, kinds: Iterable[Kind[Any]] = EVERY_TABLE) -> RunOutput:
        """The output for every table and check, or those that need these observers, in one scan."""
        output = RunOutput(visits)
        output.observe(*kinds)
        return output

    def observe(self, *kinds: Kind[Any]) -> None:
        """Have the results of these observers ready, in one scan for all that are not."""
        new = [kind for kind in kinds if kind not in self._results]
        if StepObserver in new:  # It has all that the plain one has.
            new = [kind for kind in new if kind is not PlainStepObserver]
        if new:
            self._results |= zip(new, scan(self.visits, (kind(self.visits) for kind in new)), strict=True)
        if StepObserver in new:
            self._results.setdefault(PlainStepObserver, self._results[StepObserver])

    def result(self, kind: Kind[T]) -> T:
        """The result of an observer."""
        self.observe(kind)
        value: T = self._results[kind]
        return value

    def once(self, made: Callable[[RunOutput], T]) -> T:
        """What a function makes of this output, computed at the first request."""
        if made not in self._results:
            self._results[made] = made(self)
        value: T = self._results[made]
        return value

    @property
    def history(self) -> History:
        """Journeys and crossings."""
        return self.result(HistoryObserver)

    @property
    def crossing_steps(self) -> CrossingSteps:
        """Times of the crossings that end in the window, by step."""
        return self.result(CrossingStepObserver)

    @property
    def gaps(self) -> Ints:
        """(n, 2) vehicle and op of the rows after which a vehicle did not reach its next step at once."""
        return self.result(GapObserver)

    @property
    def records(self) -> StepRecords:
        """Everything that is made of rows one by one; perhaps without the causes of waiting."""
        return self.result(PlainStepObserver if PlainStepObserver in self._results else StepObserver)

    @property
    def totals(self) -> StepTotals:
        """Counts and times by step; perhaps without the causes of waiting."""
        return self.records.totals

    @property
    def causes(self) -> StepTotals:
        """The same with the causes of waiting."""
        return self.result(StepObserver).totals

    @property
    def trajectories(self) -> FacilityStates:
        """The state of each facility over time."""
        return self.records.states

    @property
    def daily_queues(self) -> DailyQueues:
        """Vehicles waiting for each port, day by day; not those that wait for demand, which are idle."""
        return self.queues_over(DAY_S)

    def queues_over(self, every_s: int) -> DailyQueues:
        """The same over periods of ``every_s`` seconds."""
        found = self.records.daily_queues if every_s == DAY_S else self.result(WaitingOver(every_s))
        return found.of_congestion(self.plan)

    def port_queues(self, every_s: int) -> QueueSeries:
        """Vehicles waiting and inside at each port at regular instants."""
        return self.result(PortQueues(every_s))

    @property
    def idle(self) -> IdleWaits:
        """Waits for demand."""
        return self.result(IdleObserver)

    @property
    def open_visits(self) -> Rows:
        """Visits that are not over at the horizon."""
        return self.records.open_visits

    @property
    def stock_moves(self) -> Ints:
        """(2, n) op and second of the visits in which a stock changes."""
        return self.records.stock_moves

    @property
    def step_waits(self) -> tuple[Ints32, Seconds, Seconds]:
        """Op, begin and end of each wait for a server that may be kept beyond its work, or for a stock."""
        return self.result(StepObserver).waits

    @property
    def yard_inflows(self) -> YardInflows:
        """Cargo that crossings bring to yards."""
        return self.result(YardInflowObserver)
