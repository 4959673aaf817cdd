"""Queues that grow without bound: known cases, and stable queues that must not be reported."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.core.plan_builder import PlanBuilder
from sim.core.trace import Trace
from sim.engines import simulate
from sim.kpi.queue_growth import (
    COLUMNS,
    AssessedDays,
    growing_queues,
    joined,
    longest,
    messages,
    open_spans,
    rising_messages,
    weekly_messages,
)
from sim.kpi.run_notes import notes
from sim.kpi.run_tables import tables_of
from sim.output.run_output import RunOutput
from sim.text.names import Names

DAY = 86_400
H = 3_600
HERE: dict[str, Any] = {"port": "ceke", "direction": "outbound", "side": "cn"}


def found(trace: Trace) -> list[dict[str, Any]]:
    return growing_queues(trace).to_dict("records")  # type: ignore[return-value]


def gate(
    arrivals_s: list[int] | np.ndarray[Any, Any], service_s: Any, days: int, hours: tuple[int, int] | None = None
) -> Trace:
    """One server of a port, open from ``hours[0]`` to ``hours[1]`` each day."""
    b = PlanBuilder(days * DAY)
    at = b.facility("gate", 0 if hours else 1, nominal=1, port="ceke", side="cn")
    for day in range(days) if hours else ():
        b.servers_change(at, day * DAY + hours[0] * H, +1)
        b.servers_change(at, day * DAY + hours[1] * H, -1)
    b.service("truck", vehicle_class="truck", t=20.0)
    b.serve(at, service_s, "gate", **HERE)
    b.end()
    b.vehicles(arrivals_s)
    return simulate(b.build())


def test_one_server_with_twice_its_capacity() -> None:
    """48 trucks a day, 60 minutes each, 20 days: 24 more wait every day."""
    trace = gate([k * H // 2 for k in range(48 * 20)], H, days=20)
    [row] = found(trace)
    assert (row["port"], row["direction"], row["class"], row["facility"]) == ("ceke", "outbound", "truck", "gate")
    assert row["growth_per_day"] == pytest.approx(24, abs=0.1)
    assert row["departures_per_day"] == pytest.approx(24, abs=0.1)
    assert row["arrivals_per_day"] == 48
    [note] = messages(growing_queues(trace))
    assert note.code == "growing.port"
    assert dict(note.params)["excess"] == pytest.approx(100, abs=1)
    assert tables_of(RunOutput(trace)).grows("ceke", "truck", "outbound")
    assert not tables_of(RunOutput(trace)).grows("ceke", "truck", "inbound")


@pytest.mark.parametrize("days", [1, 3])
def test_a_run_of_under_four_days_has_no_quarters(days: int) -> None:
    """Its queue may grow, but there are too few days to say so."""
    assert found(gate([k * H // 2 for k in range(48 * days)], H, days=days)) == []


def test_a_server_whose_hours_are_too_few() -> None:
    """48 trucks in 24 hours, 20 minutes each, open for 10 hours: 30 of 48 get through."""
    trace = gate([k * H // 2 for k in range(48 * 60)], 20 * 60, days=60, hours=(8, 18))
    [row] = found(trace)
    assert row["growth_per_day"] == pytest.approx(18, abs=0.5)
    assert row["facility"] == "gate"


def test_a_server_whose_hours_suffice_is_steady_although_a_queue_waits_every_night() -> None:
    assert found(gate([k * H // 2 for k in range(48 * 60)], 12 * 60, days=60, hours=(8, 18))) == []


def closed_gate(minutes: int, first: int, end: int, days: int = 90) -> Trace:
    """48 trucks a day at a gate that a closure shuts on some days."""
    b = PlanBuilder(days * DAY)
    at = b.facility("gate", 1, port="ceke", side="cn")
    b.servers_change(at, first * DAY, -1)
    b.servers_change(at, end * DAY, +1)
    b.closure(at, first * DAY, min(end, days) * DAY)
    b.service("truck", vehicle_class="truck", t=20.0)
    b.serve(at, minutes * 60, "gate", **HERE)
    b.end()
    b.vehicles([k * H // 2 for k in range(48 * days)])
    return simulate(b.build())


@pytest.mark.parametrize(("first", "end"), [(60, 120), (40, 120), (20, 70), (75, 80)])
def test_the_queue_of_a_closure_does_not_grow_without_bound(first: int, end: int) -> None:
    """20 minutes a truck: 72 a day get through, so every queue of a closure that ends is gone again."""
    assert found(closed_gate(20, first, end)) == []


def test_a_queue_that_grows_before_a_closure_is_reported_with_the_rate_of_those_days() -> None:
    """40 minutes a truck: 36 of 48 get through until day 60."""
    [row] = found(closed_gate(40, 60, 120))
    assert row["growth_per_day"] == pytest.approx(12, abs=0.2)
    assert row["departures_per_day"] == pytest.approx(36, abs=0.5)


def test_a_short_closure_amid_a_queue_that_grows_hides_nothing() -> None:
    """40 minutes a truck, so 12 more wait every open day, also if neither span of open days is long enough alone."""
    [row] = found(closed_gate(40, 17, 20, days=37))
    assert row["growth_per_day"] == pytest.approx(12, abs=0.3)


@pytest.mark.parametrize(("first", "end"), [(15, 18), (10, 20), (19, 22)])
def test_a_closure_amid_a_short_run_is_no_growth(first: int, end: int) -> None:
    """20 minutes a truck: the queue of the closure shrinks by 24 a day as soon as the gate opens."""
    assert found(closed_gate(20, first, end, days=36)) == []


def test_spans_are_joined_at_the_level_where_the_last_one_ended() -> None:
    vehicles = np.array([1.0, 2, 3, 60, 90, 80, 82])
    assert joined(vehicles, [slice(0, 3), slice(3, 3), slice(5, 7)]).tolist() == [1, 2, 3, 3, 5]
    assert joined(np.stack([vehicles, vehicles + 1]), [slice(0, 1), slice(5, 7)]).tolist() == [[1, 1, 3], [2, 2, 4]]


@pytest.mark.parametrize("days", [1, 3, 19])
def test_a_closure_in_a_short_run_says_nothing(days: int) -> None:
    assert found(closed_gate(20, 0, 1, days)) == []


def test_the_longest_span_between_closures() -> None:
    assert longest(open_spans(90, [])) == slice(0, 90)
    assert longest(open_spans(90, [(60, 120), (-10, 5), (7, 9)])) == slice(5, 60)
    assert longest(open_spans(90, [(10, 30), (20, 40)])) == slice(40, 90)
    assert longest(open_spans(30, [(0, 30)])) in (slice(0, 0), slice(30, 30))


def test_a_queue_behind_a_full_yard() -> None:
    """Ten trucks of 10 t a day come, a train takes 60 t a day: after the yard is full, four more wait every day."""
    days = 60
    b = PlanBuilder(days * DAY)
    yard = b.stock("yard", 0, 200, port="ceke", side="cn", kind="cargo", unit="t")
    b.service("truck", vehicle_class="truck", t=10.0)
    b.give_back(yard, 10, "unload", **HERE)
    b.end()
    b.vehicles([k * DAY // 10 for k in range(10 * days)])
    b.service("train", vehicle_class="train", t=60.0)
    b.draw(yard, 60, "load")
    b.end()
    b.vehicles([day * DAY + 12 * H for day in range(days)])
    [row] = found(simulate(b.build()))
    assert (row["class"], row["facility"]) == ("truck", "yard")
    assert row["growth_per_day"] == pytest.approx(4, abs=0.1)


def two_gates(shared_minutes: float, days: int = 30) -> Trace:
    """200 trucks a day over a gate that suffices, 20 over one that passes 10, all of them before over another."""
    b = PlanBuilder(days * DAY)
    shared, wide, narrow = (b.facility(name, 1, port="ceke", side="cn") for name in ("customs", "wide", "narrow"))
    for name, own, minutes, a_day in (("many", wide, 6, 200), ("few", narrow, 144, 20)):
        b.service(name, vehicle_class="truck", t=20.0)
        b.serve(shared, round(shared_minutes * 60), "customs", **HERE)
        b.serve(own, minutes * 60, "gate", **HERE)
        b.end()
        b.vehicles([k * DAY // a_day for k in range(a_day * days)])
    return simulate(b.build())


def test_arrivals_and_departures_are_those_of_the_place_where_the_queue_grows() -> None:
    """10 of 20 get through, twice the capacity, whatever other trucks do at another gate."""
    trace = two_gates(shared_minutes=1)
    [row] = found(trace)
    assert row["facility"] == "narrow"
    assert row["growth_per_day"] == pytest.approx(10, abs=0.2)
    assert row["departures_per_day"] == pytest.approx(10, abs=0.2)
    assert row["arrivals_per_day"] == pytest.approx(20, abs=0.1)
    [note] = messages(growing_queues(trace))
    assert (note.code, dict(note.params)["excess"]) == ("growing.port", pytest.approx(100, abs=3))


def test_no_capacity_is_compared_where_a_shared_queue_grows_too() -> None:
    """Customs pass 206 of 220 a day: 14 more wait there, of both services, and 8.7 more at the narrow gate."""
    trace = two_gates(shared_minutes=7)
    rows = found(trace)
    assert [row["facility"] for row in rows] == ["customs"]
    assert rows[0]["arrivals_per_day"] == pytest.approx(220, abs=0.5)
    assert [note.code for note in messages(growing_queues(trace))] == ["growing.port"]
    wide = two_gates(shared_minutes=6.6)  # 218 of 220
    [row] = found(wide)
    assert row["facility"] == "narrow"
    assert np.isnan(row["arrivals_per_day"])
    assert [note.code for note in messages(growing_queues(wide))] == ["growing.mixed"]


@pytest.mark.parametrize("gained", [0.0, -0.5])
def test_demand_never_exceeds_the_capacity_by_nothing_or_less(gained: float) -> None:
    """A queue that grows over all days may be as long at the end as in the middle."""
    values = dict.fromkeys(COLUMNS, 1.0) | {"port": "ceke", "direction": "outbound", "class": "truck"}
    values |= {"facility": "gate", "arrivals_per_day": 10 + gained, "departures_per_day": 10.0}
    [note] = messages(pd.DataFrame([values]))
    assert note.code == "growing.uneven"
    assert not {"arrivals", "departures", "excess"} & dict(note.params).keys()
    assert "is not longer than in the middle" in Names("en").sentence(note)
    assert "期末并不长于期中" in Names("zh").sentence(note)


def test_a_queue_away_from_ports_has_no_port() -> None:
    b = PlanBuilder(30 * DAY)
    loader = b.facility("loader")
    b.service("train", vehicle_class="train")
    b.serve(loader, DAY, "load")
    b.end()
    b.vehicles([k * DAY // 2 for k in range(60)])
    trace = simulate(b.build())
    [row] = found(trace)
    assert (row["port"], row["facility"]) == ("", "loader")
    assert row["growth_per_day"] == pytest.approx(1, abs=0.01)
    assert [note.code for note in messages(growing_queues(trace))] == ["growing.inland"]


def test_a_stopped_queue_has_no_capacity_to_compare_with() -> None:
    b = PlanBuilder(30 * DAY)
    shut = b.facility("gate", 0, nominal=1, port="ceke", side="cn")
    b.service("truck", vehicle_class="truck")
    b.serve(shut, H, "gate", **HERE)
    b.end()
    b.vehicles([k * DAY for k in range(30)])
    trace = simulate(b.build())
    assert found(trace)[0]["departures_per_day"] == 0
    assert [note.code for note in messages(growing_queues(trace))] == ["growing.stopped"]


def test_a_short_run_shows_no_growth_but_says_that_the_queue_rises() -> None:
    """48 trucks a day, an hour each: about 24 more wait every day, 12 on the mean of the first."""
    tables = tables_of(RunOutput(gate([k * H // 2 for k in range(48 * 19)], H, days=19)))
    assert list(tables.growing["port"]) == []
    [note] = rising_messages(tables.backlog)
    assert note.code == "growing.too_short"
    values = dict(note.params)
    assert (values["days"], values["traffic_class"], values["direction"]) == (19, "truck", "outbound")
    assert values["first"] == pytest.approx(12, abs=1)
    assert values["last"] == pytest.approx(12 + 18 * 24, abs=1)


def test_a_short_run_says_that_a_queue_away_from_ports_rises() -> None:
    tables = tables_of(RunOutput(shut_at_weekends(70, 5, at_port=False)))  # 48 get through a day.
    [note] = [one for one in notes(tables) if one.code.startswith("growing")]
    assert note.code == "growing.too_short_inland"
    values = dict(note.params)
    assert (values["days"], values["thing"], values["traffic_class"]) == (5, "gate", "truck")
    assert values["last"] == pytest.approx(11 + 4 * 22, abs=2)
    assert list(notes(tables_of(RunOutput(shut_at_weekends(47, 5, at_port=False))))) == []


@pytest.mark.parametrize(("shut_from", "told"), [(7, ["standstill_inland"]), (9, [])])
def test_a_place_away_from_ports_that_is_shut_to_the_end_is_told(shut_from: int, told: list[str]) -> None:
    b = PlanBuilder(10 * DAY)
    at = b.facility("road", 1)
    b.servers_change(at, shut_from * DAY, -1)
    b.service("truck", vehicle_class="truck")
    b.serve(at, H // 2, "road")
    b.end()
    b.vehicles([k * H for k in range(240)])
    found = [one for one in notes(tables_of(RunOutput(simulate(b.build())))) if one.code != "no_crossings"]
    assert [one.code for one in found] == told
    for one in found:
        values = dict(one.params)
        assert (values["n"], values["vehicles"], values["thing"]) == (3, 72, "road")


def test_a_weekend_at_the_end_of_a_run_is_no_standstill_away_from_ports() -> None:
    tables = tables_of(RunOutput(shut_at_weekends(33, 21, at_port=False)))
    assert list(notes(tables)) == []


@pytest.mark.parametrize("days", [3, 20])
def test_too_few_days_and_enough_days_say_nothing_of_a_queue_that_rises(days: int) -> None:
    tables = tables_of(RunOutput(gate([k * H // 2 for k in range(48 * days)], H, days=days)))
    assert list(rising_messages(tables.backlog)) == []


def test_a_queue_that_falls_at_first_and_rises_again_does_not_rise_throughout() -> None:
    """150 trucks at the start are worked off within three days; from day 6 on 96 come a day, twice the capacity."""
    times = [0] * 150 + [k * H // 2 for k in range(24 * 6 // 12)] + [6 * DAY + k * H // 4 for k in range(96 * 4)]
    tables = tables_of(RunOutput(gate(sorted(times), H // 2, days=10)))
    assert list(rising_messages(tables.backlog)) == []


def test_a_level_queue_of_a_short_run_does_not_rise() -> None:
    """50 trucks wait from the first second, and as many come as get through."""
    tables = tables_of(RunOutput(gate([0] * 50 + [k * H // 2 for k in range(48 * 12)], H // 2, days=12)))
    assert list(rising_messages(tables.backlog)) == []


def shut_at_weekends(a_day: int, days: int, at_port: bool = True) -> Trace:
    """One server of half an hour, which works from Monday to Friday, day and night: 240 a week get through."""
    b = PlanBuilder(days * DAY)
    at = b.facility("gate", 1, port="ceke", side="cn") if at_port else b.facility("gate", 1)
    for day in range(days):
        if day % 7 == 5:
            b.servers_change(at, day * DAY, -1)
        elif day % 7 == 0 and day:
            b.servers_change(at, day * DAY, +1)
    b.service("truck", vehicle_class="truck", t=20.0)
    b.serve(at, H // 2, "gate", **(HERE if at_port else {}))
    b.end()
    b.vehicles([k * DAY // a_day for k in range(a_day * days)])
    return simulate(b.build())


@pytest.mark.parametrize(("a_day", "days"), [(40, 25), (40, 28), (40, 35), (40, 42), (40, 60), (40, 70), (35, 42)])
def test_growth_within_a_weekly_cycle_is_told_by_weeks(a_day: int, days: int) -> None:
    """40 a day are 280 a week, 40 too many; 35 are 5 too many."""
    tables = tables_of(RunOutput(shut_at_weekends(a_day, days)))
    assert list(tables.growing["port"]) == []
    [note] = [one for one in notes(tables) if one.code.startswith("growing")]
    assert note.code == "growing.weekly"
    values = dict(note.params)
    a_week = (values["last"] - values["first"]) / (values["weeks"] - 1)
    assert a_week == pytest.approx(7 * a_day - 240, rel=0.15)  # Some begin with the first week, which begins empty.


@pytest.mark.parametrize(("a_day", "days"), [(40, 28), (40, 42), (40, 60), (35, 42)])
def test_growth_within_a_weekly_cycle_away_from_ports_is_told_by_weeks(a_day: int, days: int) -> None:
    tables = tables_of(RunOutput(shut_at_weekends(a_day, days, at_port=False)))
    assert tables.growing.empty
    [note] = [one for one in notes(tables) if one.code.startswith("growing")]
    assert note.code == "growing.weekly_inland"
    values = dict(note.params)
    assert (values["thing"], values["traffic_class"], values["days"]) == ("gate", "truck", days)
    a_week = (values["last"] - values["first"]) / (values["weeks"] - 1)
    assert a_week == pytest.approx(7 * a_day - 240, rel=0.15)


def test_growth_away_from_ports_has_one_note() -> None:
    tables = tables_of(RunOutput(shut_at_weekends(40, 80, at_port=False)))
    assert [one.code for one in notes(tables) if one.code.startswith("growing")] == ["growing.inland"]


@pytest.mark.parametrize("at_port", [True, False])
@pytest.mark.parametrize("days", [20, 25, 28, 35, 42, 60])
def test_a_weekly_cycle_that_returns_to_its_level_is_not_told(days: int, at_port: bool) -> None:
    """33 a day are 231 a week: each Friday evening the queue is empty."""
    tables = tables_of(RunOutput(shut_at_weekends(33, days, at_port)))
    assert [one for one in notes(tables) if one.code.startswith("growing")] == []


def test_a_queue_that_grows_by_the_test_of_all_runs_has_one_note() -> None:
    tables = tables_of(RunOutput(shut_at_weekends(40, 80)))
    assert [one.code for one in notes(tables) if one.code.startswith("growing")] == ["growing.port"]


def test_steady_queues_of_chance_seldom_rise_from_week_to_week() -> None:
    """A load of 0.8 with exponential times, 42 days: at most one of forty samples."""
    told = 0
    for sample in range(40):
        random = np.random.default_rng([17, sample])
        arrivals = np.rint(np.cumsum(random.exponential(600 / 0.8, 6_000))).astype(np.int64)
        arrivals = arrivals[arrivals < 42 * DAY]
        service = np.rint(random.exponential(600, len(arrivals))).astype(np.int64)
        told += len(list(weekly_messages(tables_of(RunOutput(gate(arrivals, service, days=42))).backlog)))
    assert told <= 1


@pytest.mark.parametrize(("minutes", "growth"), [(14, 11.3), (12, 5.1), (10, None)])
def test_a_server_that_is_shut_on_sundays(minutes: int, growth: float | None) -> None:
    """48 trucks a day, ten hours on six days: 36.7, 42.9 and 51.4 of them are the capacity of a mean day."""
    days = 60
    b = PlanBuilder(days * DAY)
    at = b.facility("gate", 0, nominal=1, port="ceke", side="cn")
    for day in range(days):
        if day % 7 != 6:
            b.servers_change(at, day * DAY + 8 * H, +1)
            b.servers_change(at, day * DAY + 18 * H, -1)
    b.service("truck", vehicle_class="truck")
    b.serve(at, minutes * 60, "gate", **HERE)
    b.end()
    b.vehicles([k * H // 2 for k in range(48 * days)])
    rows = found(simulate(b.build()))
    assert [row["growth_per_day"] for row in rows] == ([] if growth is None else [pytest.approx(growth, abs=1)])


def test_stable_queues_near_capacity_are_not_reported() -> None:
    """A load of 0.95 with exponential times, 200 days: none of twelve samples."""
    for sample in range(12):
        random = np.random.default_rng([16, sample])
        arrivals = np.rint(np.cumsum(random.exponential(600 / 0.95, 30_000))).astype(np.int64)
        arrivals = arrivals[arrivals < 200 * DAY]
        service = np.rint(random.exponential(600, len(arrivals))).astype(np.int64)
        assert found(gate(arrivals, service, days=200)) == []


def test_queues_above_capacity_are_reported() -> None:
    """The same with a load of 1.1, 100 days: all of five samples."""
    for sample in range(5):
        random = np.random.default_rng([17, sample])
        arrivals = np.rint(np.cumsum(random.exponential(600 / 1.1, 25_000))).astype(np.int64)
        arrivals = arrivals[arrivals < 100 * DAY]
        service = np.rint(random.exponential(600, len(arrivals))).astype(np.int64)
        [row] = found(gate(arrivals, service, days=100))
        assert row["growth_per_day"] == pytest.approx(0.1 * 144, abs=8)


@pytest.mark.filterwarnings("error")
def test_a_longest_span_within_the_warm_up_has_no_day_to_assess() -> None:
    """31 days of warm-up, ten shut, 21 open: the longest span has nothing measured, and so no mean."""
    assert AssessedDays.of(np.full((2, 62), 50.0), 31, [(31, 41)]) is None
    assert AssessedDays.of(np.full((2, 62), 50.0), 30, [(31, 41)]) is not None
