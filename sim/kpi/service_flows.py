"""Flows of cargo by service over their whole way: tonnes, charges, hours and CO2 of a journey.

Input: the output of a run. Output: one row for each service with cargo, also of services that cross no border. The
journeys are those that end in the measured window; the empty way back of a fleet is part of its journey. An appraisal
(:mod:`sim.studies.appraisal`) prices them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.plan import Ints
from sim.core.rules import NOT_YET
from sim.core.trace import Visits
from sim.core.units import DAY_S, HOUR_S
from sim.kpi.delivered import units_that_leave, yard_balances
from sim.output import group_statistics
from sim.output.crossings import Floats
from sim.output.idle import IdleWaits
from sim.output.intervals import change_of_op
from sim.output.run_output import RunOutput
from sim.output.yards import yard_returned_to

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [
    *("service", "class", "journeys", "load_t", "tonnes_per_day", "delivered_t_per_day", "charges_usd"),
    *("hours", "hours_sd", "wait_h", "loaded_wait_h", "co2_kg"),
]


def flow_table(visits: Visits | RunOutput) -> pd.DataFrame:
    """The flows of a run, sorted by service.

    Columns: service, class; journeys, the number that end in the window; load_t, tonnes of one vehicle;
    tonnes_per_day, of these journeys; delivered_t_per_day, of what they bring to a yard only what leaves it again
    (:mod:`sim.kpi.delivered`); then means over the journeys, of one vehicle: charges_usd (links and facilities), hours
    from the start to the end of the last step with cargo, and their standard deviation hours_sd (0 for one journey),
    wait_h waiting on the whole way, loaded_wait_h waiting with cargo, co2_kg with idling. Vehicles that wait for demand
    are idle: these hours do not count.
    """
    import pandas as pd

    output = RunOutput.of(visits)
    plan, labels, journeys = output.plan, output.plan.labels, output.history.journeys
    n = len(labels.service)
    load_t = np.array(labels.service_t, float)
    over = (journeys.end_s >= labels.warmup_s) & (journeys.end_s < plan.horizon_s) & (journeys.delivered_s != NOT_YET)
    over &= load_t[journeys.service] > 0
    service = journeys.service[over].astype(np.intp)
    idle_s, idle_before_s = output.idle.of_journeys(output.history)
    hours = (journeys.delivered_s - journeys.start_s - idle_before_s)[over] / HOUR_S
    waited_h = (journeys.waited_s - idle_s)[over] / HOUR_S
    loaded_waited_h = (journeys.loaded_waited_s - _idle_of_loaded_steps(output))[over] / HOUR_S
    idle = np.array(labels.service_idle_co2_kg_per_h, float)[service]

    def mean(values: Floats) -> Floats:
        return group_statistics.means(service, values, n)

    journeys_of = group_statistics.counts(service, n)
    tonnes = journeys_of * load_t / ((plan.horizon_s - labels.warmup_s) / DAY_S)
    mean_h = mean(hours)
    squares = group_statistics.sums(service, (hours - mean_h[service]) ** 2, n)
    columns: list[Any] = [
        *(labels.service, labels.service_class, journeys_of, load_t, tonnes, tonnes * _delivered_share(output)),
        *(mean(journeys.cost_usd[over]), mean_h, np.sqrt(squares / np.maximum(journeys_of - 1, 1))),
        *(mean(waited_h), mean(loaded_waited_h)),
        mean(journeys.co2_kg[over] + idle * waited_h),
    ]
    table = pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))
    return table[table["journeys"] > 0].sort_values("service", kind="stable", ignore_index=True)


def _idle_of_loaded_steps(output: RunOutput) -> Ints:
    """(n_journeys,) seconds of waiting for demand in steps that count as loaded."""
    idle = output.idle
    loaded = np.array(output.plan.labels.op_loaded, bool)[idle.op]
    some = IdleWaits(idle.vehicle[loaded], idle.queued_s[loaded], idle.idle_s[loaded], idle.op[loaded])
    return some.of_journeys(output.history)[0]


def _delivered_share(output: RunOutput) -> Floats:
    """(nK,) of the cargo that a service brings to yards in the window, the units that leave all yards; 1 without yards.

    A yard that is drawn down gives more than it receives: the share is then above 1.
    """
    plan = output.plan
    position = {service: n for n, service in enumerate(plan.labels.service)}
    op, started_s = output.stock_moves
    in_window = op[started_s >= plan.labels.warmup_s]
    units = np.bincount(in_window, minlength=plan.n_ops) * np.abs(change_of_op(plan))
    yard = yard_returned_to(plan)
    brought, leaves = np.zeros(len(position)), np.zeros(len(position))
    out_of = units_that_leave(output)
    for balance in yard_balances(output):
        for step in np.flatnonzero(yard == balance.stock).tolist():
            k = position[plan.labels.op_service[step]]
            brought[k] += units[step]
            if balance.into_window:
                leaves[k] += units[step] * out_of[balance.stock] / balance.into_window
    return np.where(brought > 0, leaves / np.maximum(brought, 1.0), 1.0)
