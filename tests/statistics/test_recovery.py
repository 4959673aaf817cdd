"""Recovery of a disturbance against an oracle worked by hand: 100 a day, shut for four days from day 2 on."""

from __future__ import annotations

import numpy as np
import pytest

from sim.statistics.recovery import NEVER, flow_recovery, queue_recovery

FLOW, SHUT, BEFORE, DAYS = 100.0, 4, 2, 40
LAST = BEFORE + SHUT - 1


def missing(capacity: float) -> np.ndarray:
    """Excess of a deterministic queue at the end of each day, which is also what is missing behind it."""
    more = [0.0] * BEFORE + [FLOW * k for k in range(1, SHUT + 1)]
    while len(more) < DAYS:
        more.append(max(0.0, more[-1] - (capacity - FLOW)))
    return np.array([more])


def mean_of(at_end: np.ndarray) -> np.ndarray:
    """Means of days between whose ends a queue changes evenly."""
    return (np.concatenate([np.zeros((len(at_end), 1)), at_end[:, :-1]], axis=1) + at_end) / 2


def test_the_queue_of_four_days_is_gone_after_sixteen() -> None:
    at_end = missing(125)
    queue = queue_recovery(mean_of(at_end), at_end, LAST, 1.0)
    assert (queue.peak.tolist(), queue.days.tolist()) == ([400.0], [16.0])
    flow = flow_recovery(at_end, np.zeros(1), LAST)
    assert (flow.most.tolist(), flow.lost.tolist(), flow.late.tolist()) == ([400.0], [0.0], [400.0])
    assert flow.delay.tolist() == [4_000.0]  # 4 x 400 / 2 + 16 x 400 / 2 vehicle-days
    assert (flow.days.tolist(), flow.open.tolist()) == ([16.0], [0.0])


def test_a_queue_without_spare_capacity_stays() -> None:
    at_end = missing(100)
    queue = queue_recovery(mean_of(at_end), at_end, LAST, 1.0)
    assert queue.peak.tolist() == [400.0]
    assert np.isnan(queue.days).all()
    flow = flow_recovery(at_end, np.zeros(1), LAST)
    assert (flow.lost.tolist(), flow.open.tolist()) == ([0.0], [400.0])
    assert np.isnan(flow.days).all()
    assert flow.delay.tolist() == [4 * 400 / 2 + (DAYS - 1 - LAST) * 400]


def test_a_closed_fleet_loses_the_trips_of_the_closed_days() -> None:
    gap = missing(100)
    queue = queue_recovery(np.zeros_like(gap), np.zeros_like(gap), LAST, 1.0)
    assert (queue.peak.tolist(), queue.days.tolist()) == ([0.0], [0.0])
    flow = flow_recovery(gap, gap[:, -1], LAST)
    assert (flow.lost.tolist(), flow.late.tolist()) == ([SHUT * FLOW], [0.0])
    assert (flow.days.tolist(), flow.delay.tolist()) == ([0.0], [4 * 400 / 2])


def test_a_fleet_that_catches_up_a_part_is_late_with_it() -> None:
    """Of 400 trips 25 a day are made up for six days, then demand sets the limit again."""
    gap = np.array([[0.0, 100, 200, 300, 400, 375, 350, 325, 300, 275, 250, 250, 250]])
    flow = flow_recovery(gap, gap[:, -1], 4)
    assert (flow.lost.tolist(), flow.late.tolist(), flow.days.tolist()) == ([250.0], [150.0], [6.0])


def test_replications_recover_each_on_its_own_day() -> None:
    at_end = np.concatenate([missing(125), missing(200), missing(100)])
    assert queue_recovery(mean_of(at_end), at_end, LAST, 1.0).days.tolist() == pytest.approx(
        [16.0, 4.0, NEVER], nan_ok=True
    )


def test_a_disturbance_without_effect_has_no_days() -> None:
    none = np.zeros((1, 10))
    assert queue_recovery(none, none, 5, 1.0).days.tolist() == [0.0]
    flow = flow_recovery(none, np.zeros(1), 5)
    assert (flow.days.tolist(), flow.delay.tolist(), flow.most.tolist()) == ([0.0], [0.0], [0.0])


def test_a_disturbance_until_the_last_day_is_not_over() -> None:
    at_end = missing(125)[:, : LAST + 1]
    assert np.isnan(queue_recovery(mean_of(at_end), at_end, LAST, 1.0).days).all()
