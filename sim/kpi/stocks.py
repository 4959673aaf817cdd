"""Stocks over the measured window: levels, inflow and outflow, days until full or empty."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.messages import Message, message
from sim.core import rules
from sim.core.plan import Ints
from sim.core.trace import Visits
from sim.core.units import DAY_S
from sim.kpi.frames import rows_of, sums_by_key
from sim.kpi.key_figures import ALL_CLASSES
from sim.output.intervals import gates, stock_of_op
from sim.output.run_output import RunOutput
from sim.output.stock_levels import StockCourse, stock_courses

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [
    *("port", "side", "stock", "stock_kind", "unit", "capacity"),
    *("level_first", "level_start", "level_end", "change", "level_min", "level_max", "in_per_day", "out_per_day"),
    *("drift_per_day", "days_until_full", "days_until_empty"),
]
NAN = float("nan")
RESULTS = "results"
"""The catalogue of the messages."""
CARGO = "cargo"
POOL = 0.25
"""A smaller change of a pool, as a share of its highest level, is no drift."""
POOL_DAYS = 20
"""Fewer days show no drift of a pool."""
MATERIAL = 0.01
"""A smaller change, as a share of the inflow or outflow of the window, is no drift."""


def stock_table(visits: Visits | RunOutput) -> pd.DataFrame:
    """Each stock in the measured window, sorted by port and id, without the gates of orders, which hold nothing.

    Columns: port, side, stock, stock_kind, unit; capacity (NaN without a limit); level_first, at second 0 of the run;
    level_start and level_end, at the start and the end of the window, and their difference change; level_min and
    level_max; in_per_day and out_per_day, given back and drawn a day; drift_per_day, the mean change a day where the
    level drifts (:func:`drifts`), else 0; days_until_full and days_until_empty, counted from the end at that rate, 0
    where the level was full or empty within the window already (:func:`_reached`), NaN where it does not drift that way
    or has no limit. A stock with a daily quota is set every day: its change and
    drift are NaN.
    """
    import pandas as pd

    output = RunOutput.of(visits)
    rows = sorted(_rows(output), key=_port_and_stock)
    return pd.DataFrame(rows, columns=COLUMNS)


def _port_and_stock(row: tuple[Any, ...]) -> tuple[str, str]:
    return row[0], row[2]


def _rows(output: RunOutput) -> Iterator[tuple[Any, ...]]:
    plan, labels = output.plan, output.plan.labels
    days = (plan.horizon_s - labels.warmup_s) / DAY_S
    op, started_s = output.stock_moves
    # Moves of the window by op: each op has one stock, one amount and one way.
    units = np.bincount(op[started_s >= labels.warmup_s], minlength=plan.n_ops) * plan.op_amount
    draws = plan.op_code == rules.DRAW
    gate, stock = gates(plan), stock_of_op(plan)
    for course in stock_courses(output):
        k = course.stock
        if gate[k]:
            continue
        came, went = (int(units[(stock == k) & way].sum()) for way in (~draws, draws))
        most = int(plan.stock_capacity[k])
        capacity = NAN if most == rules.UNLIMITED else float(most)
        start, end = course.before(labels.warmup_s), course.before(plan.horizon_s)
        change = NAN if len(course.set_times_s) > 1 else float(end - start)
        levels = _levels(course, start, labels.warmup_s)
        highest = float(levels.max())
        rate = change / days if drifts(labels.stock_kind[k], change, came, went, days, highest) else 0.0 * change
        full, empty = (
            _reached(room, plan.op_amount[(plan.op_target == k) & (plan.op_code == code)])
            for room, code in ((capacity - highest, rules.RETURN), (float(levels.min()), rules.DRAW))
        )
        yield (
            *(labels.stock_port[k], labels.stock_side[k], labels.stock[k], labels.stock_kind[k], labels.stock_unit[k]),
            *(capacity, float(plan.stock_level[k]), float(start), float(end), change, float(levels.min()), highest),
            *(came / days, went / days),
            *(rate, _days(0 if full else capacity - end, rate), _days(0 if empty else end, -rate)),
        )


def drifts(stock_kind: str, change: float, came: float, went: float, days: float, highest: float) -> bool:
    """Whether a level has drifted in a window of ``days``: by more than one day of traffic and 1% of all traffic.

    Less is the rise and fall of every working stock, whose level is read at two instants. A pool, whose units come
    back, rises and falls with each delay: it has drifted by more than a quarter of its ``highest`` level, in 20 days or
    more. False for NaN.
    """
    traffic = max(came, went)
    least = 0.0 if stock_kind == CARGO else POOL * highest
    if stock_kind != CARGO and days < POOL_DAYS:
        return False
    return abs(change) > max(traffic / days, MATERIAL * traffic, least)


def _levels(course: StockCourse, start: int, from_s: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """All levels of a stock from the start of the window on."""
    sets = course.set_levels[course.set_times_s >= from_s]
    return np.concatenate([[start], course.level[course.times_s >= from_s], sets])


def _reached(least_room: float, amounts: Ints) -> bool:
    """Whether a bound was reached: less room than for the largest amount given back, or less left than for a draw.

    A level need not touch its bound: the last 100 t of a yard are not enough for a train of 800 t, which waits.
    False for NaN.
    """
    return least_room <= 0 or bool(len(amounts) and least_room < int(amounts.max()))


def _days(room: float, rate: float) -> float:
    """Days until ``room`` units are used up at ``rate`` units a day; NaN if they never are."""
    return room / rate if rate > 0 and np.isfinite(room) else NAN


def messages(stocks: pd.DataFrame, kpis: pd.DataFrame) -> Iterator[Message]:
    """A message for each port where cargo crossed and delivered differ, and for each stock that drifts.

    ``stocks`` is a :func:`stock_table`, ``kpis`` a :func:`sim.kpi.key_figures.kpi_table`. Values are ids and numbers.
    """
    rows: Iterator[dict[str, Any]] = (dict(zip(stocks.columns, row, strict=True)) for row in rows_of(stocks))
    drifting = [row for row in rows if row["drift_per_day"] and not math.isnan(row["drift_per_day"])]
    yards = {row["port"] for row in drifting if row["stock_kind"] == CARGO}
    cargo = [
        ((port, kpi), value)
        for port, side, klass, kpi, value in rows_of(kpis, ["port", "side", "class", "kpi", "value"])
        if side == "both" and klass == ALL_CLASSES and port in yards
    ]
    sums = sums_by_key(cargo)
    for port in dict.fromkeys(port for (port, _), _ in cargo):
        crossed, delivered = sums[port, "tonnes_per_day"], sums[port, "delivered_t_per_day"]
        if abs(crossed - delivered) > MATERIAL * max(crossed, delivered):
            yield message("yard_difference", RESULTS, port=port, crossed=crossed, delivered=delivered)
    for row in drifting:
        way, left = (
            ("falls", row["days_until_empty"]) if row["drift_per_day"] < 0 else ("rises", row["days_until_full"])
        )
        levels = {"rate": abs(row["drift_per_day"]), "start": row["level_start"], "end": row["level_end"]}
        if left <= 0:
            yield message(f"stock.{way}_reached", RESULTS, stock=row["stock"], unit=row["unit"], **levels)
        elif math.isnan(left):
            yield message(f"stock.{way}_no_limit", RESULTS, stock=row["stock"], unit=row["unit"], **levels)
        else:
            yield message(f"stock.{way}", RESULTS, stock=row["stock"], unit=row["unit"], n=math.ceil(left), **levels)
