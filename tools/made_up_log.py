"""Write the made-up logs of data/examples with their damages: a gate of the shipped world, and the made-up gate.

python tools/made_up_log.py

Nothing in them was recorded anywhere. Trucks arrive as Poisson with a factor of the day, queue for the lanes in the
hours of the gate, and some are inspected; then the log is damaged as logs are: ends missing, rows twice, days wrong,
days cut, planned rows, batches, tests. The true numbers are :class:`Truth`; the tests fit logs of many seeds.

``gate_log.csv`` has light traffic, of a gate of the shipped world; ``made_up_gate/records/gate_log.csv`` is
of a gate at nearly 0.9 of its capacity that is shut on Sundays (:data:`BUSY`), whose queues last for days. Its world is
``made_up_gate``; the numbers there are those believed before the log, not the true ones.
"""

from __future__ import annotations

import csv
import io
import math
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from corridors.model import Duration  # noqa: E402
from sim.compile.distributions import seconds  # noqa: E402
from sim.core.plan_builder import PlanBuilder  # noqa: E402
from sim.core.random_streams import RandomStreams  # noqa: E402
from sim.core.units import DAY_S  # noqa: E402
from sim.engines import simulate  # noqa: E402

HEADER: Final = (
    *("车牌号", "状态", "排队时间", "过磅时间", "放行时间"),
    *("查验开始", "查验结束", "离场时间", "净重"),
)
"""Plate, state, joined the queue, weighed, released by the lane, inspection from and to, left, net weight (kg)."""
FIRST: Final = datetime(2026, 1, 5)
"""Monday; times are on the clock of UTC+8."""
OPENS, CLOSES = 8, 18
HOURS: Final = (4, 4, 4, 4, 5, 7, 10, 14, 16, 16, 15, 14, 12, 12, 14, 14, 13, 11, 9, 8, 6, 5, 5, 4)
ACTUAL, PLANNED = "实际", "计划"
QUEUED, STARTED, FINISHED, INSPECTED, INSPECTED_TO, LEFT = range(6)


@dataclass(frozen=True)
class Truth:
    """The numbers by which a log is made."""

    per_day: float = 48.0
    day_cv: float = 0.3
    lanes: int = 2
    lane_min: float = 7.5
    lane_cv: float = 0.45
    inspected: float = 0.08
    bays: int = 2
    inspection_min: float = 70.0
    inspection_cv: float = 0.5
    load_t: float = 21.0
    trucks: int = 900
    lanes_later: int = 0
    """Lanes in the second half; 0: as before."""
    closed: tuple[int, ...] = ()
    """Weekdays on which the lanes are shut, Monday 0."""
    whole_rows: bool = True
    """Whether a day without a system loses whole visits, or only the times of that day."""


@dataclass
class MadeUp:
    """A log with its damages."""

    rows: list[list[str]] = field(default_factory=list)
    damages: list[tuple[int, str]] = field(default_factory=list)
    """(line of the file, rule that names it)."""

    def content(self) -> bytes:
        """The file as bytes."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(HEADER)
        writer.writerows(self.rows)
        return text.getvalue().encode("gb18030")


def times(truth: Truth, weeks: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(vehicles, 6) times in seconds from the first midnight, NaN where none, and the loads in kg."""
    streams, days = RandomStreams(seed, 0), weeks * 7
    from scipy.special import ndtri, pdtrik

    variance = math.log1p(truth.day_cv**2)
    factors = np.exp(math.sqrt(variance) * ndtri(streams.uniforms(days, "made up", "day")) - variance / 2)
    counts = np.ceil(pdtrik(streams.uniforms(days, "made up", "count"), truth.per_day * factors)).astype(int)
    n = int(counts.sum())
    edges = np.concatenate([[0], np.cumsum(HOURS)]) / sum(HOURS)
    clock = np.interp(streams.uniforms(n, "made up", "clock"), edges, np.arange(25) * 3600.0)
    arrived = np.sort(np.repeat(np.arange(days) * DAY_S, counts) + clock.astype(np.int64)).astype(np.int64)
    horizon = (days + 14) * DAY_S

    def work(name: str, mean: float, cv: float) -> Any:
        row = Duration(name, name, name, "gamma", mean, cv, "", "", "assumed", "")
        return seconds(row, streams.uniforms(n, "made up", name))

    builder = PlanBuilder(horizon)
    lanes, bays = builder.facility("lanes", 0), builder.facility("bays", truth.bays)
    for day in range(days + 14):
        if day % 7 in truth.closed:  # The first day is a Monday.
            continue
        open_ = truth.lanes_later if truth.lanes_later and day >= days / 2 else truth.lanes
        builder.servers_change(lanes, day * DAY_S + OPENS * 3600, open_)
        builder.servers_change(lanes, day * DAY_S + CLOSES * 3600, -open_)
    builder.service("trucks")
    builder.serve(lanes, work("lane", truth.lane_min, truth.lane_cv), step="lane")
    passes = (streams.uniforms(n, "made up", "inspected") >= truth.inspected).astype(np.int32)
    builder.branch(passes, "out", "tier")
    builder.serve(bays, work("inspection", truth.inspection_min, truth.inspection_cv), step="inspection")
    builder.label("out")
    builder.mark("left")
    builder.end()
    builder.vehicles(arrivals_s=arrived)
    trace = simulate(builder.build(), "compiled")
    found = np.full((n, 6), np.nan)
    names = [trace.plan.labels.op_step[op] for op in trace.op]
    for name, columns in {
        "lane": ((QUEUED, "queued_s"), (STARTED, "started_s"), (FINISHED, "finished_s")),
        "inspection": ((INSPECTED, "started_s"), (INSPECTED_TO, "finished_s")),
        "left": ((LEFT, "finished_s"),),
    }.items():
        own = np.array([one == name for one in names])
        for column, attribute in columns:
            values = getattr(trace, attribute)[own].astype(float)
            found[trace.vehicle[own], column] = np.where(values < 0, np.nan, values)
    spread = 1 + 0.08 * ndtri(streams.uniforms(n, "made up", "load"))
    return found, truth.load_t * 1000 * spread


def made_up(truth: Truth, weeks: int, seed: int) -> MadeUp:
    """A log of so many weeks with its damages."""
    found, loads = times(truth, weeks, seed)
    streams, n = RandomStreams(seed, 0), len(found)
    end = weeks * 7 * DAY_S

    def chosen(name: str, share: float) -> np.ndarray:
        return streams.uniforms(n, "made up", name) < share

    plates = plates_of(found, truth.trucks, streams)
    missing, twice, early = chosen("missing", 0.03), chosen("twice", 0.02), chosen("early", 0.01)
    planned, batch = chosen("planned", 0.05), chosen("batch", 0.3)
    cut = {int(one) for one in streams.uniforms(3, "made up", "cut") * (weeks * 7 - 14) + 7}
    log = MadeUp()

    def add(row: list[str], *rules: str) -> None:
        log.rows.append(row)
        log.damages += [(len(log.rows) + 1, rule) for rule in rules]

    last_end = {}
    for k in np.flatnonzero(batch & ~np.isnan(found[:, INSPECTED_TO])).tolist():
        last_end.setdefault(int(found[k, INSPECTED_TO] // DAY_S), []).append(k)
    # On some days the ends of all inspections are entered together at half past five.
    entered = {k: day * DAY_S + 17.5 * 3600 for day, ks in last_end.items() if len(ks) >= 5 for k in ks}
    entered = {k: at for k, at in entered.items() if at >= found[k, INSPECTED_TO]}
    for k in range(n):
        row = found[k].copy()
        # The system was down on these days: nothing was recorded.
        down = np.isin(row // DAY_S, sorted(cut))
        if row[QUEUED] >= end or (truth.whole_rows and down.any()):
            continue
        row[(row >= end) | down] = np.nan
        if np.isnan(row).all():
            continue
        rules = []
        if k in entered:
            row[INSPECTED_TO] = entered[k]
        for column in (INSPECTED, INSPECTED_TO):
            row[column] = np.round(row[column] / 300) * 300
        if missing[k] and not np.isnan(row[FINISHED]):
            row[FINISHED] = np.nan
            rules.append("R7")
        elif early[k] and not np.isnan(row[FINISHED]):
            row[FINISHED] -= DAY_S
            rules.append("R5")
        texts = [plates[k], ACTUAL, *map(_text, row), f"{loads[k]:.0f}"]
        if planned[k]:
            add([plates[k], PLANNED, *map(_text, row[:1]), *[""] * 5, ""], "R11")
        add(texts, *rules)
        if twice[k]:
            add(texts, "R3")
        if k % 500 == 250:
            add(["测试01", ACTUAL, *texts[2:]], "R14")
    return log


def plates_of(found: np.ndarray, trucks: int, streams: RandomStreams) -> list[str]:
    """A plate for each visit: a truck comes again only a day after it left."""
    free = [f"蒙A{10_000 + 37 * k % 89_999}" for k in range(trucks)]
    busy: list[tuple[float, str]] = []
    plates = []
    picks = streams.uniforms(len(found), "made up", "plate")
    for k, row in enumerate(found):
        back = [plate for until, plate in busy if until <= row[QUEUED]]
        busy = [one for one in busy if one[0] > row[QUEUED]]
        free += back
        plate = free.pop(int(picks[k] * len(free)))
        plates.append(plate)
        busy.append((float(np.nan_to_num(row[LEFT], nan=row[QUEUED])) + DAY_S, plate))
    return plates


def _text(second: float) -> str:
    if np.isnan(second):
        return ""
    at = FIRST.replace(tzinfo=UTC) + timedelta(seconds=float(second))
    return at.strftime("%Y-%m-%d %H:%M:%S")


WEEKS, SEED = 12, 20_260_105
BUSY: Final = Truth(per_day=40.0, lane_min=23.0, closed=(6,), whole_rows=False)
BUSY_WEEKS: Final = 24


if __name__ == "__main__":
    folder = ROOT / "data" / "examples"
    (folder / "gate_log.csv").write_bytes(made_up(Truth(), WEEKS, SEED).content())
    (folder / "made_up_gate" / "records" / "gate_log.csv").write_bytes(made_up(BUSY, BUSY_WEEKS, SEED).content())
