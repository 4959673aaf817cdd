"""Queueing theory as oracle: long runs must give the means that are known exactly.

Every mean is estimated from independent replications with fixed seeds, after a warm-up, and must lie inside the 99 %
interval of the estimate; the interval must be tight, so that a wrong engine would fall out of it. Times are drawn with
a mean of some hundred seconds, so that rounding to seconds does not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import factorial, sqrt

import numpy as np
import numpy.typing as npt
import pytest
from scipy import sparse
from scipy.sparse import linalg
from scipy.special import stdtrit

from sim.core.plan_builder import PlanBuilder
from sim.core.trace import Trace
from sim.engines import ENGINES, simulate

ENGINE = "compiled"
"""Takes the long runs; ``test_the_engines_agree_on_a_long_run`` and all other tests of engines tie SimPy to it."""

REPLICATIONS = 40
SERVICE_S = 600
"""Mean service time."""

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Draw = Callable[[int], Ints]


def agrees(samples: Iterable[float], expected: float, within: float) -> None:
    """The 99 % interval of the mean covers ``expected`` and is narrower than ``within`` of it on either side."""
    values = np.fromiter(samples, float)
    half_width = stdtrit(len(values) - 1, 0.995) * values.std(ddof=1) / sqrt(len(values))
    assert half_width < within * expected, f"too wide to tell: {values.mean():.5g} +- {half_width:.3g}"
    assert abs(values.mean() - expected) < half_width, f"{values.mean():.5g} +- {half_width:.3g}, not {expected:.5g}"


def replications(story: int) -> Iterable[np.random.Generator]:
    """One stream a replication; ``story`` keeps the tests apart."""
    return (np.random.default_rng([story, replication]) for replication in range(REPLICATIONS))


def exponential(random: np.random.Generator, mean_s: float) -> Draw:
    return lambda n: np.rint(random.exponential(mean_s, n)).astype(np.int64)


def poisson(random: np.random.Generator, mean_gap_s: float, n: int) -> Ints:
    """Arrivals of a Poisson process."""
    return np.rint(np.cumsum(random.exponential(mean_gap_s, n))).astype(np.int64)


def waits(trace: Trace, step: str, first: int = 0) -> Ints:
    """Waits at a step in the order of vehicles, without those of the first ``first``."""
    at = trace.op == trace.plan.labels.op_step.index(step)
    return (trace.started_s - trace.queued_s)[at][first:]


# One queue -----------------------------------------------------------------------------------------------------


def queue(
    random: np.random.Generator, servers: int, load: float, service: Draw, n: int = 25_000, engine: str = ENGINE
) -> Trace:
    """Poisson arrivals at one facility with a mean service of SERVICE_S, until all are served."""
    b = PlanBuilder(horizon_s=2**30)
    gate = b.facility("gate", servers)
    b.service("trucks")
    b.serve(gate, service(n))
    b.end()
    b.vehicles(poisson(random, SERVICE_S / (load * servers), n))
    return simulate(b.build(), engine)


WARM_UP = 2_000
"""Vehicles left out at the start of a queue that starts empty."""


def test_m_m_1() -> None:
    """Mean wait, the share that need not wait, and the exponential time in system."""
    load = 0.7
    mean_s, served_at_once, long_stay = [], [], []
    for random in replications(1):
        trace = queue(random, 1, load, exponential(random, SERVICE_S))
        wait = waits(trace, "gate", WARM_UP)
        mean_s.append(wait.mean())
        served_at_once.append((wait == 0).mean())
        long_stay.append((trace.departed_s - trace.queued_s > 5 * SERVICE_S)[WARM_UP:].mean())
    agrees(mean_s, load / (1 - load) * SERVICE_S, within=0.025)
    agrees(served_at_once, 1 - load, within=0.01)
    agrees(long_stay, np.exp(-5 * (1 - load)), within=0.025)


def test_m_m_3() -> None:
    """Erlang C."""
    load, servers = 0.8, 3
    offered = load * servers
    terms = [offered**k / factorial(k) for k in range(servers)]
    all_busy = offered**servers / factorial(servers) / (1 - load)
    must_wait = all_busy / (sum(terms) + all_busy)
    mean_s, share = [], []
    for random in replications(2):
        wait = waits(queue(random, servers, load, exponential(random, SERVICE_S), n=40_000), "gate", WARM_UP)
        mean_s.append(wait.mean())
        share.append((wait > 0).mean())
    agrees(mean_s, must_wait * SERVICE_S / (servers * (1 - load)), within=0.03)
    agrees(share, must_wait, within=0.01)


def test_the_engines_agree_on_a_long_run() -> None:
    """So that what theory says of one holds for each of them."""
    runs = []
    for engine in ENGINES:
        random = np.random.default_rng(10)
        trace = queue(random, 3, 0.9, exponential(random, SERVICE_S), n=50_000, engine=engine)
        assert len(trace) == 50_000
        runs.append((trace.started_s.tolist(), trace.departed_s.tolist(), trace.vehicle_left_s.tolist()))
    assert runs[0] == runs[1]


@pytest.mark.parametrize("cv", [0.5, 1.5])
def test_m_g_1(cv: float) -> None:
    """Pollaczek and Khinchine, with gamma service times."""
    load = 0.6

    def gamma(random: np.random.Generator) -> Draw:
        return lambda n: np.rint(random.gamma(1 / cv**2, SERVICE_S * cv**2, n)).astype(np.int64)

    mean_s = [waits(queue(random, 1, load, gamma(random)), "gate", WARM_UP).mean() for random in replications(3)]
    agrees(mean_s, load * SERVICE_S * (1 + cv**2) / (2 * (1 - load)), within=0.025)


def test_path_with_headway_is_m_d_1() -> None:
    """Trains wait for the headway only, however long they run."""
    load, headway_s = 0.75, 120
    mean_s, running_s = [], []
    for random in replications(4):
        n = 25_000
        b = PlanBuilder(horizon_s=2**30)
        line = b.facility("line", headway_s=headway_s)
        b.service("trains")
        b.pass_(line, exponential(random, 10 * headway_s)(n))
        b.end()
        b.vehicles(poisson(random, headway_s / load, n))
        trace = simulate(b.build(), ENGINE)
        mean_s.append(waits(trace, "line", WARM_UP).mean())
        running_s.append((trace.finished_s - trace.started_s).mean())
    agrees(mean_s, load * headway_s / (2 * (1 - load)), within=0.02)
    agrees(running_s, 10 * headway_s, within=0.005)


def test_priorities() -> None:
    """Cobham: who goes first waits W0 / (1 - s1), who goes second W0 / ((1 - s1) (1 - s1 - s2))."""
    loads = (0.3, 0.4)
    mean_s: tuple[list[float], list[float]] = ([], [])
    for random in replications(5):
        n = 40_000
        b = PlanBuilder(horizon_s=2**30)
        crane = b.facility("crane")
        last_s = n * SERVICE_S / sum(loads)
        for priority, load in enumerate(loads):
            own = round(n * load / sum(loads))
            b.service(f"class {priority}")
            b.serve(crane, exponential(random, SERVICE_S)(own), step=f"crane {priority}")
            b.end()
            # Arrivals of a Poisson process, given their number, are uniform: both classes end together.
            b.vehicles(np.sort(random.uniform(0, last_s, own)).astype(np.int64), priority=priority)
        trace = simulate(b.build(), ENGINE)
        for priority in range(2):
            mean_s[priority].append(waits(trace, f"crane {priority}", WARM_UP // 2).mean())
    residual_s = sum(loads) * SERVICE_S
    agrees(mean_s[0], residual_s / (1 - loads[0]), within=0.01)
    agrees(mean_s[1], residual_s / ((1 - loads[0]) * (1 - sum(loads))), within=0.02)


@pytest.mark.parametrize("engine", ENGINES)
def test_d_d_1_with_shifts(engine: str) -> None:
    """Exact: a truck every 30 min day and night, 10 min at a gate that is open for the first 12 h of a day.

    At opening, 24 trucks of the night wait (that of the closing second among them). Number k of them starts 10 k min
    after opening, 12 h - 20 k min after it came. Truck j of the day is behind them all: it starts 4 h + 10 j min
    after opening, until number 12, which finds the gate just free; the other 11 do not wait.
    """
    minute, days = 60, 3
    b = PlanBuilder(horizon_s=(days * 24 + 12) * 60 * minute)
    gate = b.facility("gate")
    for half_day in range(1, 2 * days + 1):
        b.servers_change(gate, half_day * 720 * minute, -1 if half_day % 2 else 1)
    b.service("trucks")
    b.serve(gate, 10 * minute)
    b.end()
    b.vehicles(np.arange(0, days * 24 * 60, 30) * minute)
    night = [720 - 20 * k for k in range(24)]
    day = [max(0, 240 - 20 * j) for j in range(24)]
    first_day = [0] * 24
    expected = [*first_day, *night, *(day + night) * (days - 1)]
    assert (waits(simulate(b.build(), engine), "gate") / minute).tolist() == expected


@pytest.mark.parametrize("engine", ENGINES)
def test_breakdowns_take_their_share_of_a_saturated_server(engine: str) -> None:
    """Jobs of 60 min, up for 2 h and under repair for 1 h on average: 16 jobs a day, as a repair lets the job end."""
    hour, days = 3_600, 400 if engine == ENGINE else 100
    per_day = []
    for random in replications(12):
        b = PlanBuilder(horizon_s=days * 24 * hour)
        crane = b.facility("crane")
        fail(b, random, crane, servers=1, up_s=2 * hour, repair_s=hour)
        b.service("trains")
        b.serve(crane, hour)
        b.end()
        b.vehicles(np.zeros(24 * days, np.int64))
        trace = simulate(b.build(), engine)
        per_day.append((trace.departed_s >= 0).sum() / days)
    agrees(per_day, 16.0, within=0.02)


def test_breakdowns_take_the_same_share_of_every_shift() -> None:
    """Four servers by day and two by night, saturated: each hour on the roster counts mtbf / (mtbf + mttr)."""
    hour, days, job_s = 3_600, 120, 300
    per_day: tuple[list[float], list[float]] = ([], [])
    for random in replications(13):
        b = PlanBuilder(horizon_s=days * 24 * hour)
        crane = b.facility("crane", 4)
        for half_day in range(1, 2 * days):
            b.servers_change(crane, half_day * 12 * hour, -2 if half_day % 2 else 2)
        fail(b, random, crane, servers=4, up_s=6 * hour, repair_s=3 * hour)
        b.service("trains")
        b.serve(crane, job_s)
        b.end()
        b.vehicles(np.zeros(days * 36 * 2 * hour // job_s, np.int64))
        started_s = simulate(b.build(), ENGINE).started_s
        by_night = started_s[started_s >= 0] // (12 * hour) % 2
        for shift in range(2):
            per_day[shift].append((by_night == shift).sum() / days)
    for servers, done in zip((4, 2), per_day, strict=True):
        agrees(done, servers * 12 * hour / job_s * 6 / (6 + 3), within=0.02)


def fail(b: PlanBuilder, random: np.random.Generator, facility: int, servers: int, up_s: int, repair_s: int) -> None:
    """Let each server be up and under repair in turn, for exponential times, as if no job delayed a repair."""
    for server in range(servers):
        n = 2 * b.horizon_s // (up_s + repair_s) + 100
        turns = np.rint(np.cumsum(random.exponential((up_s, repair_s), (n, 2)))).astype(np.int64).reshape(n, 2)
        for failed_s, repaired_s in turns.tolist():
            if repaired_s > failed_s:
                b.failure(facility, failed_s, repaired_s - failed_s, server)


# Several stations ----------------------------------------------------------------------------------------------


def test_share_inspected_is_a_jackson_network() -> None:
    """Customs, then inspection of 40 %: each is an M/M/1 queue, as if the other were not there."""
    share, load, inspection_s, n = 0.4, 0.6, 900, 30_000
    inspection_load = load * share * inspection_s / SERVICE_S
    customs, inspection = [], []
    for random in replications(6):
        b = PlanBuilder(horizon_s=2**30)
        windows, yard = b.facility("customs"), b.facility("inspection")
        b.service("trucks")
        b.serve(windows, exponential(random, SERVICE_S)(n))
        b.branch((random.random(n) >= share).astype(np.int64), to="released")
        b.serve(yard, exponential(random, inspection_s)(n))
        b.label("released")
        b.end()
        b.vehicles(poisson(random, SERVICE_S / load, n))
        trace = simulate(b.build(), ENGINE)
        customs.append(waits(trace, "customs", WARM_UP).mean())
        inspection.append(waits(trace, "inspection", WARM_UP // 2).mean())
    agrees(customs, load / (1 - load) * SERVICE_S, within=0.015)
    agrees(inspection, inspection_load / (1 - inspection_load) * inspection_s, within=0.025)


@pytest.mark.parametrize(("stations", "throughput"), [(2, 2 / 3), (3, 22 / 39)])
def test_tracks_in_a_row_block_each_other(stations: int, throughput: float) -> None:
    """Saturated stations without room between them (Hunt 1956): a share of what one alone would do."""
    n, rates = 8_000, []
    for random in replications(7):
        b = PlanBuilder(horizon_s=2**30)
        tracks = [b.facility(f"track {k}") for k in range(stations)]
        b.service("trains")
        for k, track in enumerate(tracks):
            b.hold(track)
            if k:
                b.free(tracks[k - 1])
            b.travel(exponential(random, SERVICE_S)(n), step=f"work {k}")
        b.free(tracks[-1])
        b.end()
        b.vehicles(np.zeros(n, np.int64))
        left_s = simulate(b.build(), ENGINE).vehicle_left_s
        rates.append((n - 1) / (left_s[-1] - left_s[0]) * SERVICE_S)
    agrees(rates, throughput, within=0.006)


def two_lanes(random: np.random.Generator, load: float, lane_s: int, n: int, engine: str = ENGINE) -> Trace:
    """Trucks that choose between two exponential lanes, until all are served."""
    b = PlanBuilder(horizon_s=2**30)
    left, right = (b.facility(name, mean_s=lane_s) for name in ("left", "right"))
    served_s = exponential(random, lane_s)(n)
    b.service("trucks")
    b.choose([("left", 0, [left]), ("right", 0, [right])])
    b.label("left")
    b.serve(left, served_s)
    b.end()
    b.label("right")
    b.serve(right, served_s)
    b.end()
    b.vehicles(poisson(random, lane_s / (2 * load), n))
    return simulate(b.build(), engine)


def test_two_lanes_to_choose_from_are_joined_at_the_shorter_queue() -> None:
    """Two exponential lanes of 2 min at load 0.8: 0.0652 h, from the balance of their numbers of vehicles.

    A rule that overlooks those in the lanes gives 0.0706 h (the same balance with its choice).
    """
    load, lane_s = 0.8, 120
    expected_h = shorter_queue_wait(load) * lane_s / 3_600
    assert round(expected_h, 4) == 0.0652
    mean_h = []
    for random in replications(11):
        trace = two_lanes(random, load, lane_s, 40_000)
        mean_h.append((trace.started_s - trace.queued_s)[WARM_UP // 2 :].mean() / 3_600)
    agrees(mean_h, expected_h, within=0.035)


def test_the_engines_agree_on_the_choice_between_lanes() -> None:
    """So that what theory says of one holds for each of them."""
    runs = []
    for engine in ENGINES:
        trace = two_lanes(np.random.default_rng(11), 0.8, 120, 20_000, engine)
        runs.append([trace.op.tolist(), trace.started_s.tolist(), trace.departed_s.tolist()])
    assert len(runs[0][0]) == 20_000
    assert len(set(runs[0][0])) == 2, "both lanes are taken"
    assert runs[0] == runs[1]


def shorter_queue_wait(load: float, most: int = 70) -> float:
    """Mean wait, in service times, of two exponential servers of which each arrival joins the shorter queue.

    Solves the balance of (number here, number there), cut off at ``most`` vehicles each.
    """
    here, there = (grid.ravel() for grid in np.indices((most + 1, most + 1)))
    state = np.arange(len(here))
    to_here = (here < there) | ((here == there) & (here < most))
    flows = [
        (to_here, most + 1, 2 * load),
        (~to_here & (there < most), 1, 2 * load),
        (here > 0, -most - 1, 1.0),
        (there > 0, -1, 1.0),
    ]
    balance = sparse.lil_matrix((len(state), len(state)))
    for which, step, rate in flows:
        balance[state[which] + step, state[which]] += np.full(which.sum(), rate)
        balance[state[which], state[which]] -= np.full(which.sum(), rate)
    balance[0, :] = 1.0
    share = linalg.spsolve(balance.tocsc(), (state == 0).astype(float))
    return float(share @ (here + there)) / (2 * load) - 1


def test_stock_that_a_shuttle_fills_up() -> None:
    """Base stock of an M/M/1 maker: a customer waits with probability load^level, on average that much of 1/(mu - l).

    The shuttle makes one unit for each that was ordered, one after the other; a customer orders one and takes one.
    """
    load, level, n = 0.6, 2, 20_000
    mean_s, must_wait = [], []
    for random in replications(8):
        b = PlanBuilder(horizon_s=2**30)
        orders, wagons = b.stock("orders", 0), b.stock("wagons", level)
        b.service("customers")
        b.give_back(orders)
        b.draw(wagons, step="take")
        b.end()
        b.vehicles(poisson(random, SERVICE_S / load, n))
        b.service("shuttle")
        b.draw(orders)
        b.travel(exponential(random, SERVICE_S)(n)[:, np.newaxis], step="make")
        b.give_back(wagons)
        b.end()
        b.vehicles([0], trips=n)
        wait = waits(simulate(b.build(), ENGINE), "take", WARM_UP)
        mean_s.append(wait.mean())
        must_wait.append((wait > 0).mean())
    agrees(must_wait, load**level, within=0.015)
    agrees(mean_s, load**level / (1 - load) * SERVICE_S, within=0.03)


def test_closed_fleet() -> None:
    """Trucks between mine, road, gate and yard: exact mean value analysis of a closed network."""
    trucks, trips, warm_up = 10, 1_500, 200
    means_s = {"mine": 240, "gate": 400, "yard": 300}
    road_s = 1_200
    cycles_per_s, expected_s = mean_value_analysis(list(means_s.values()), road_s, trucks)
    rates: list[float] = []
    stays_s: dict[str, list[float]] = {name: [] for name in means_s}
    for random in replications(9):
        b = PlanBuilder(horizon_s=2**30)
        b.service("trucks")
        for name, mean_s in means_s.items():
            b.serve(b.facility(name), exponential(random, mean_s)(trips * trucks).reshape(trips, trucks))
        b.travel(exponential(random, road_s)(trips * trucks).reshape(trips, trucks), step="road")
        b.end()
        b.vehicles(np.zeros(trucks, np.int64), trips=trips)
        trace = simulate(b.build(), ENGINE)
        begin_s, end_s = int(warm_up / cycles_per_s), int(trace.vehicle_left_s.min())
        cycles = trace.finished_s[trace.op == trace.plan.labels.op_step.index("road")]
        rates.append(((cycles >= begin_s) & (cycles < end_s)).sum() / (end_s - begin_s))
        for name in means_s:
            at = trace.op == trace.plan.labels.op_step.index(name)
            at &= (trace.queued_s >= begin_s) & (trace.queued_s < end_s)
            stays_s[name].append((trace.departed_s - trace.queued_s)[at].mean())
    agrees(rates, cycles_per_s, within=0.005)
    for name, expected in zip(means_s, expected_s, strict=True):
        agrees(stays_s[name], expected, within=0.015)


def mean_value_analysis(means_s: list[float], delay_s: float, vehicles: int) -> tuple[float, Array]:
    """Cycles per second of a closed fleet, and the mean stay at each single-server station (Reiser and Lavenberg)."""
    mean_s, queue_length, rate, stay_s = np.array(means_s), np.zeros(len(means_s)), 0.0, np.zeros(len(means_s))
    for n in range(1, vehicles + 1):
        stay_s = mean_s * (1 + queue_length)
        rate = n / (delay_s + stay_s.sum())
        queue_length = rate * stay_s
    return rate, stay_s
