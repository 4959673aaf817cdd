"""Orders of a run: when they were in force, and which vehicles waited for them.

Input: the visits of a run. Output: one row for each dated order, and for each order that a rule issued, which the
settings of the plan and the counts of the checks determine (:mod:`sim.output.controllers`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from corridors.messages import Message, message
from sim.core import rules
from sim.core.plan import Ints, Plan
from sim.core.trace import Visits
from sim.core.units import DAY_S, HOUR_S
from sim.output.controllers import times_in_force
from sim.output.intervals import gates, stock_of_op
from sim.output.run_output import RunOutput

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = ["order", "port", "issued", "begins", "ends", "days", "counted", "held", "held_h", "longest_queue"]
DATED: Final = "dated"
BY_RULE: Final = "by_rule"
NOT_ISSUED: Final = "not_issued"
RESULTS: Final = "results"
"""The catalogue of the messages."""
NAN: Final = float("nan")


def order_table(visits: Visits | RunOutput) -> pd.DataFrame:
    """Orders in force in the measured window, in order of their begin, and rules in use that issued none there.

    Columns: order, the gate of the order or of the rule; port, '' for an order about a section; issued, 'dated',
    'by_rule' or, of a rule without an order, 'not_issued'; begins and ends, ISO 8601 in UTC, of a dated order by its
    dates, which may begin before the run, ends '' if it lasts beyond the run, both '' without an order; days in force
    within the window; counted, the waiting vehicles with which a rule issued it, the most of all checks in the window
    for a rule without an order, NaN for a dated one; held, vehicles that waited for it at some time of the window,
    held_h, the hours that they waited within it, and longest_queue, the most at one time.
    """
    import pandas as pd

    output = RunOutput.of(visits)
    plan, labels = output.plan, output.plan.labels
    orders = [*_dated(plan), *_by_rule(output.visits)]
    if not orders and not plan.n_controllers:
        return pd.DataFrame(columns=COLUMNS)
    waits = _gate_waits(output)
    epoch = labels.epoch
    rows: list[tuple[Any, ...]] = []
    for stock, issued, from_s, to_s, counted in sorted(orders):
        end_s = plan.horizon_s if to_s == rules.NOT_YET else to_s
        in_window_s = min(end_s, plan.horizon_s) - max(from_s, labels.warmup_s)
        if in_window_s <= 0:
            continue
        mine = waits[:, (waits[0] == stock) & (waits[1] < end_s) & (waits[2] > max(from_s, labels.warmup_s))]
        mine[1] = np.maximum(mine[1], labels.warmup_s)
        ends = "" if to_s == rules.NOT_YET else (epoch + timedelta(seconds=to_s)).isoformat()
        rows.append(
            (
                *(labels.stock[stock], labels.stock_port[stock], issued),
                *((epoch + timedelta(seconds=from_s)).isoformat(), ends, in_window_s / DAY_S, counted),
                *(mine.shape[1], float((mine[2] - mine[1]).sum()) / HOUR_S, _longest(mine)),
            )
        )
    issued_by = {row[0] for row in rows}
    for stock, most in _most_counted(output.visits).items():
        if labels.stock[stock] not in issued_by:
            rows.append((labels.stock[stock], labels.stock_port[stock], NOT_ISSUED, "", "", 0.0, most, 0, 0.0, 0))
    rows.sort(key=lambda row: (row[3], row[0]))
    return pd.DataFrame(rows, columns=COLUMNS)


def _most_counted(visits: Visits) -> dict[int, float]:
    """By gate of a rule the most vehicles that a check in the window counted; 0 without a check there."""
    plan = visits.plan
    in_window = plan.check_time_s >= plan.labels.warmup_s
    most = np.zeros(plan.n_controllers, np.int64)
    np.maximum.at(most, plan.check_controller[in_window], visits.check_count[in_window])
    return dict(zip(plan.controller_stock.tolist(), most.astype(float).tolist(), strict=True))


_Order = tuple[int, str, int, int, float]
"""Stock of the gate, how it was issued, from, to (-1: beyond the run), vehicles counted."""


def _dated(plan: Plan) -> Iterator[_Order]:
    """The dated orders of a plan, by their dates."""
    for stock, from_s, to_s in plan.labels.orders:
        yield stock, DATED, from_s, to_s if to_s < plan.horizon_s else rules.NOT_YET, NAN


def _by_rule(visits: Visits) -> Iterator[_Order]:
    for one in times_in_force(visits):
        yield int(visits.plan.controller_stock[one.controller]), BY_RULE, one.from_s, one.to_s, float(one.count)


def _gate_waits(output: RunOutput) -> Ints:
    """(3, n) stock, queued and until of the waits at gates."""
    plan, (op, queued_s, until_s) = output.plan, output.step_waits
    stock = stock_of_op(plan)[op]
    at_gate = np.append(gates(plan), False)[stock]
    return np.stack([stock[at_gate].astype(np.int64), queued_s[at_gate], until_s[at_gate]])


def _longest(waits: Ints) -> int:
    """The most vehicles that wait at one time; one that leaves makes room for one that comes at the same second."""
    times = np.concatenate([waits[2], waits[1]])
    change = np.repeat([-1, 1], waits.shape[1])
    return int(np.cumsum(change[np.argsort(times, kind="stable")]).max(initial=0))


def messages(table: pd.DataFrame) -> Iterator[Message]:
    """A message for each order or rule of an :func:`order_table`. Values are ids and numbers."""
    for order, rows in table.groupby("order"):
        if (rows["issued"] == NOT_ISSUED).all():
            yield message("orders_none", RESULTS, thing=str(order), most=int(rows["counted"].iloc[0]))
            continue
        held = int(rows["held"].sum())
        yield message(
            "orders",
            RESULTS,
            thing=str(order),
            orders=len(rows),
            days=float(rows["days"].sum()),
            held=held,
            longest=int(rows["longest_queue"].max()),
            hours=float(rows["held_h"].sum()) / held if held else 0.0,
        )
