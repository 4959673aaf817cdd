"""Forecasts: residual work, placing, members and fans on small worlds; scores and verdicts on made-up numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from corridors.findings import DataError
from corridors.io.tables import save
from corridors.model import Assumption, Corridor, Duration
from sim.compile.assembly import compile_plan
from sim.compile.programs import programs
from sim.compile.weather import with_weather
from sim.core.random_streams import RandomStreams
from sim.core.resuming import cut
from sim.engines import play
from sim.output.standing_at import state_at
from sim.reports import forecast_tables
from sim.statistics.scores import crps, pinball
from sim.studies.forecast.announced import Announced, read_announced
from sim.studies.forecast.backtest import BETTER, FEW, WORSE, scored
from sim.studies.forecast.fan import Forecast, forecast, quantiles, wilson
from sim.studies.forecast.from_run import step_ops
from sim.studies.forecast.ignorance import drawn
from sim.studies.forecast.members import Request, local_days, member
from sim.studies.forecast.placing import Placed, ops_of, place
from sim.studies.forecast.reduction import reduced
from sim.studies.forecast.residuals import is_longer, rest_s
from sim.studies.forecast.state_file import StateVehicle, WorldState, read_state, write_state
from sim.text.names import Names
from tests.conftest import Told
from tests.helpers.small_border import small_border
from tests.helpers.worlds import departure, duration, facility, itinerary, port, service, step, vehicle_class, world
from tests.helpers.worlds import place as at_place

DOING = ("working", "waiting", "waiting")
Bridgehead = Callable[..., Told]

AT = datetime(2025, 3, 6, 1, tzinfo=UTC)
"""09:00 on the clock of the gate."""


def work(distribution: str, cv: float = 0.0) -> Duration:
    return Duration("work", "work", "work", distribution, 60.0, cv, "", "", "assumed", "")


def test_rest_of_an_exponential_work_does_not_depend_on_how_long_it_took() -> None:
    assert rest_s(work("exponential"), 0, 1800.0, (0.5, 0.5)) == pytest.approx(3600 * math.log(2), abs=1)


def test_rest_of_a_uniform_work_is_uniform_over_what_is_left() -> None:
    """30 to 90 min, an hour of it done: u = 0.5 has 15 min to go."""
    assert rest_s(work("uniform", 0.2887), 0, 3600.0, (0.5, 0.5)) == pytest.approx(900, abs=2)


def test_a_work_that_took_longer_than_the_model_knows_ends_at_once_and_is_counted() -> None:
    assert rest_s(work("constant"), 0, 4200.0, (0.5, 0.5)) == 1
    assert is_longer(work("constant"), 0, 4200.0)
    assert not is_longer(work("constant"), 0, 1200.0)


def test_rest_of_a_work_of_unknown_begin_is_that_of_renewals() -> None:
    """Mean rest is (1 + cv^2) / 2 of the mean: half an hour of a constant work, an hour of an exponential one."""
    u = RandomStreams(1, 0).uniforms(4000, "test").reshape(-1, 2)
    for name, mean in (("constant", 1800), ("exponential", 3600)):
        found = [rest_s(work(name), 0, None, (float(a), float(b))) for a, b in u]
        assert np.mean(found) == pytest.approx(mean, rel=0.06)


def test_quantiles_probability_and_scores_are_those_of_hand() -> None:
    members = np.array([5, 5, 6, 7, 8, 9, 10, 12, 14, 20.0])
    assert quantiles(members)[:5:2] == pytest.approx([5, 8.5, 14.6])
    low, high = wilson(3, 10)
    assert low < 0.3 < high
    three = np.array([8, 10, 12.0])
    assert crps(three, 11, fair=False) == pytest.approx(7 / 9)
    assert crps(three, 11) == pytest.approx(1 / 3)
    assert pinball(12, 11, 0.9) == pytest.approx(0.1)
    assert pinball(10, 11, 0.9) == pytest.approx(0.9)


def verdicts(*scores: np.ndarray) -> list[str]:
    """Verdicts of the horizons; scores of the model and both naive forecasts, (horizons, origins)."""
    found = np.array([np.atleast_2d(one) for one in scores])
    return [one.verdict for one in scored("queue", found, [[True]] * found.shape[1], 2, 1)]


def test_verdict_is_better_only_beyond_chance_and_none_for_few_forecasts() -> None:
    noise = np.abs(RandomStreams(3, 0).uniforms(60, "test").reshape(3, 20))
    assert verdicts(0.2 * noise[0], 1 + noise[1], 2 + noise[2]) == [BETTER]
    assert verdicts(3 + noise[0], 1 + noise[1], 2 + noise[2]) == [WORSE]
    assert verdicts(noise[0][:11], noise[1][:11] + 5, noise[2][:11] + 5) == [FEW]
    # A horizon without a score is none of the others' business.
    gap = np.array([noise[0], np.full(20, np.nan)])
    assert verdicts(0.2 * gap, 1 + gap, 2 + gap) == [BETTER, FEW]


def test_logs_without_signal_are_not_reported_as_skill() -> None:
    """The model, and the naive one by weekdays, are ensembles of the very distribution of independent days.

    With 15 forecasts one horizon of seven was called better in 19 of 100 such logs when each was judged alone.
    """
    logs, origins, horizons = 60, 15, 7
    u = RandomStreams(4, 0).uniforms(logs * origins * (horizons + 1) * 60, "test")
    days = -np.log(u.reshape(logs, origins, -1))
    found = []
    for log in days:
        came, ensembles = log[:, :horizons], log[:, horizons:].reshape(origins, -1)
        model = np.array([[crps(ensembles[k, :40], came[k, h]) for k in range(origins)] for h in range(horizons)])
        weekday = np.array(
            [[crps(ensembles[k, 40 + 8 * h : 48 + 8 * h], came[k, h]) for k in range(origins)] for h in range(horizons)]
        )
        found.append(verdicts(model, weekday + 1, weekday))
    assert sum(BETTER in one for one in found) <= 3
    assert sum(WORSE in one for one in found) <= 6


@pytest.fixture(scope="module")
def state() -> WorldState:
    """Twenty trucks before the lanes, two of them served."""
    one = StateVehicle("shuttle", "shuttle.lane", "waiting", AT - timedelta(hours=2))
    trains = [StateVehicle("express", "export.customs", "waiting", AT - timedelta(hours=1), count=9)]
    return WorldState(AT, (one, *trains), {}, ("export.customs",))


@pytest.fixture(scope="module")
def made(state: WorldState) -> Forecast:
    return forecast(small_border(), state, Request(AT, days=3, warmup_days=3, probes=(AT,)), 6)


def test_forecast_begins_with_the_queue_of_the_state(made: Forecast, state: WorldState) -> None:
    first = [
        int(one.at_place[[k for k, (_, name) in enumerate(one.places) if name == "customs"], 0].sum())
        for one in made.members
    ]
    assert set(first) == {9}
    assert {one.without_op for one in made.members} == {0}


def test_members_differ_and_are_the_same_again(made: Forecast, state: WorldState) -> None:
    again = forecast(small_border(), state, made.request, 2)
    for one, other in zip(made.members, again.members, strict=False):
        assert (one.queue == other.queue).all()
        assert (one.flow == other.flow).all()
    assert any((one.queue != made.members[0].queue).any() for one in made.members[1:])


def test_the_part_of_a_world_that_a_state_meets_has_the_figures_of_the_whole(state: WorldState) -> None:
    """A rule that may issue orders kept the whole world before; now only the rules of what stays are kept."""
    border = small_border()
    request = Request(AT, days=2, warmup_days=2)
    lanes = replace(state, vehicles=state.vehicles[:1], covers=("shuttle.lane",))
    part = reduced(border, ("shuttle",), request.settings(0))
    assert (set(part.services), part.order_rules) == ({"shuttle"}, {})
    # In force, the rule counts trucks and stops trains: then all of it is one part.
    rules = {id: replace(rule, active=True) for id, rule in border.order_rules.items()}
    in_force = replace(border, order_rules=rules)
    assert reduced(in_force, ("express",), request.settings(0)) is in_force
    made, whole = (member(one, lanes, request, 3) for one in (part, border))
    at = whole.facilities.index("lanes")
    assert whole.served[at].sum() > 0
    assert made.served[made.facilities.index("lanes")].tolist() == whole.served[at].tolist()
    assert set(made.groups) < set(whole.groups)
    for group in made.groups:
        ours, theirs = made.groups.index(group), whole.groups.index(group)
        assert made.queue[ours].tolist() == whole.queue[theirs].tolist()


def one_lane(**trucks: object) -> Corridor:
    """One lane with an hour of work, and trucks that come to it and are out of the world behind it."""
    given: dict[str, object] = {"vehicle_class": "truck", **trucks}
    return world(
        at_place("border", country="CN"),
        at_place("beyond", country="MN"),
        port("pass", "border", "beyond"),
        facility("lanes", 1, place="border", port="pass"),
        duration("papers", 60.0),
        vehicle_class("truck"),
        itinerary(
            "way",
            step("mark", step="origin", place="border", port="pass", direction="outbound"),
            step("serve", step="lane", facility="lanes", duration="papers", port="pass", direction="outbound"),
        ),
        service("trucks", "way", 1.0, **given),
    )


def test_announced_vehicles_take_the_place_of_the_drawn_ones_until_they_are_certain() -> None:
    """Twelve trucks a day are drawn; five are announced for the first day, which has no others. A probe is none."""
    gate = replace(one_lane(), services={"trucks": replace(one_lane().services["trucks"], per_day=12.0)})
    at = datetime(2025, 3, 5, 16, tzinfo=UTC)  # Midnight at the border.
    state, first_day = WorldState(at), timedelta(days=1)
    base = Request(at, days=4, warmup_days=3, probes=(at,))
    known = Announced("trucks", at + timedelta(hours=5), 5, at + first_day)
    group = ("pass", "outbound", "truck")
    drawn = forecast(gate, state, base, 6).of("flow", group)
    made = forecast(gate, state, replace(base, announced=(known,)), 6).of("flow", group)
    assert made[:, 0].tolist() == [5] * 6
    assert (made[:, 2:] == drawn[:, 2:]).mean() > 0.8  # But for a queue at midnight, later days are the same.
    beside = replace(known, certain_until=None)
    more = forecast(gate, state, replace(base, announced=(beside,)), 6).of("flow", group)
    assert (more.sum(axis=1) - drawn.sum(axis=1) >= 4).all()


def test_announced_vehicles_come_also_where_none_is_drawn() -> None:
    """A truck in fifty days: most members drew none in a week, and lost the announced ones without a word."""
    rare = replace(one_lane().services["trucks"], per_day=0.02)
    gate = replace(one_lane(), services={"trucks": rare})
    at, state = datetime(2025, 3, 5, 16, tzinfo=UTC), WorldState(datetime(2025, 3, 5, 16, tzinfo=UTC))
    known = (Announced("trucks", at + timedelta(hours=5), 3),)
    request = Request(at, days=2, warmup_days=3)
    group = ("pass", "outbound", "truck")
    plain = forecast(gate, state, request, 6)
    made = forecast(gate, state, replace(request, announced=known), 6)
    assert (plain.of("flow", group).sum(axis=1) == 0).sum() >= 4
    assert (made.of("flow", group).sum(axis=1) - plain.of("flow", group).sum(axis=1)).tolist() == [3] * 6
    assert forecast_tables.notes(made, Names("en")) == []
    shut = replace(gate, services={"trucks": replace(rare, closing_date="2025-03-01")})
    none = forecast(shut, state, replace(request, announced=known), 2)
    [note] = forecast_tables.notes(none, Names("en"))
    assert "3 announced vehicles are left out" in note
    others = (*known, replace(known[0], service="express"))  # As of a state whose services do not meet these.
    [note] = forecast_tables.notes(forecast(gate, state, replace(request, announced=others), 1), Names("en"))
    assert "3 announced vehicles are left out" in note


def test_findings_about_announced_vehicles_come_all_at_once(tmp_path: Path) -> None:
    file = tmp_path / "known.csv"
    lines = [
        "service,due,count,certain_until",
        "express,2025-03-06T12:00+08:00,2,2025-03-07T00:00+08:00",
        "expres,2025-03-06T12:00+08:00,,",
        "shuttle,2025-03-06T12:00+08:00,,",
        "ore,2025-03-06T12:00,-1,",
        "ore,2025-03-01T12:00+08:00,,",
        "ore,,,",
    ]
    file.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(DataError) as refused:
        read_announced(file, small_border(), AT, 3)
    assert [(one.row, one.code) for one in refused.value.findings] == [
        (3, "state.service"),
        (4, "announced.not_drawn"),
        (5, "state.no_offset"),
        (5, "state.number"),
        (6, "announced.outside"),
        (7, "state.no_time"),
    ]
    file.write_text("\n".join(lines[:2]), encoding="utf-8")
    [one] = read_announced(file, small_border(), AT, 3)
    assert (one.count, one.due.hour) == (2, 4)


def test_one_at_work_and_two_waiting_are_gone_after_160_min_and_a_probe_is_through_after_220() -> None:
    """S1: an hour of work, one at it since 20 min, two waiting, none to come."""
    gate = one_lane(arrivals="timetable")
    gate = replace(gate, timetable={"first": departure("first", "trucks", "08:00", day="2025-03-04")})
    since = [AT - timedelta(minutes=20), AT - timedelta(minutes=10), AT - timedelta(minutes=5)]
    vehicles = [StateVehicle("trucks", "way.lane", doing, at) for doing, at in zip(DOING, since, strict=True)]
    found = forecast(gate, WorldState(AT, tuple(vehicles)), Request(AT, days=2, warmup_days=3, probes=(AT,)), 2)
    [row] = found.clears().to_dict("records")
    assert (row["place"], row["waiting"], row["never"], row["not_gone"]) == ("lanes", 2, 0, 0)
    assert [60 * row[f"gone_{level}"] for level in ("p10", "p50", "p90")] == pytest.approx([160] * 3)
    assert row["p50"] == 2  # At 100 min the last of the queue begins; the next whole hour is the second.
    [probe] = found.through().to_dict("records")
    assert 60 * probe["p50"] == pytest.approx(220, abs=0.1)
    assert probe["not_through"] == 0


@pytest.mark.parametrize(
    ("clock", "first", "last"),
    [("UTC", 14, 10), ("Europe/Warsaw", 13, 11), ("", 6, 18), ("Asia/Kolkata", 8, 16), ("America/New_York", 19, 5)],
)
def test_parts_of_days_have_what_ends_in_the_forecast(clock: str, first: int, last: int) -> None:
    """From 10:00 UTC a truck ends at 40 min of each hour: 24 in a day. The run lasts until 00:00 UTC, 14 hours more."""
    gate = one_lane(arrivals="timetable")
    gate = replace(gate, timetable={"first": departure("first", "trucks", "08:00", day="2025-03-04")})
    at = datetime(2025, 3, 6, 10, tzinfo=UTC)
    waiting = StateVehicle("trucks", "way.lane", "waiting", at - timedelta(minutes=10), count=30)
    there = (StateVehicle("trucks", "way.lane", "working", at - timedelta(minutes=20)), waiting)
    request = Request(at, days=1, warmup_days=3, probes=(at,), clock=clock)
    found = forecast(gate, WorldState(at, there), request, 1)
    group = ("pass", "outbound", "truck")
    assert found.of("flow", group).tolist() == [[first, last]]
    assert found.members[0].served.sum(axis=0).tolist() == [first, last]
    # The truck that ends as number n waited 10 min, 40 min of the one at work, and n - 2 hours.
    waits = [50 / 60 + n - 2 for n in range(first + 1, first + last + 1)]
    assert found.of("wait_h", group)[0, 1] == pytest.approx(np.mean(waits))
    [row], [probe] = found.clears().to_dict("records"), found.through().to_dict("records")
    assert (row["not_gone"], probe["not_through"]) == (1, 1)  # At 30 h 40 min and at 31 h 40 min.


def test_measured_numbers_are_drawn_within_their_interval_and_no_others(state: WorldState) -> None:
    """A mean of 10 min, measured with 9 to 12: the bounds are those of 95 %, on either side of it."""
    border = small_border()
    name = next(id for id, row in border.durations.items() if row.distribution != "constant")
    row = replace(border.durations[name], mean_min=10.0)
    address = f"durations.{name}.mean_min"
    known = Assumption(address, 9.0, 12.0, "survey", "measured")
    world = replace(
        border, durations={**border.durations, name: row}, assumptions={**border.assumptions, address: known}
    )
    means = np.array([drawn(world, RandomStreams(1, k)).durations[name].mean_min for k in range(400)])
    assert np.quantile(means, [0.025, 0.5, 0.975]) == pytest.approx([9.0, 10.0, 12.0], abs=0.3)
    assert drawn(border, RandomStreams(1, 0)) is border
    assumed = replace(world, assumptions={address: replace(known, grade="assumed")})
    assert drawn(assumed, RandomStreams(1, 0)) is assumed
    counted = {"facilities.lanes.servers": Assumption("facilities.lanes.servers", 1, 3, "survey", "measured")}
    whole = replace(border, assumptions=counted)
    assert drawn(whole, RandomStreams(1, 0)) is whole


def test_tables_of_a_forecast_have_rising_quantiles(made: Forecast) -> None:
    for table in (made.queue(), made.flow()):
        assert len(table)
        assert (table["p10"] <= table["p50"]).all()
        assert (table["p50"] <= table["p90"]).all()
    through = made.through()
    assert set(through["service"]) >= set(made.members[0].services)
    assert through["not_through"].between(0, 1).all()
    exceeds = made.exceeds(2)
    assert exceeds["probability"].between(exceeds["low"], exceeds["high"]).all()


def test_command_writes_answer_tables_json_and_report(
    tmp_path: Path, bridgehead: Bridgehead, state: WorldState
) -> None:
    save(small_border(), tmp_path / "world")
    write_state(tmp_path / "state.csv", state)
    told = bridgehead(
        *("forecast", "--state", tmp_path / "state.csv", "--data", tmp_path / "world", "--days", "2"),
        *("--members", "10", "--warmup-days", "2", "--workers", "1", "--out", tmp_path / "out"),
        *("--report", tmp_path / "report.html", "--language", "zh"),
    )
    assert told.status == 0, told.err
    assert "等待" in told.out.splitlines()[0]
    assert (tmp_path / "out" / "queue.csv").read_text(encoding="utf-8-sig").startswith("port,direction,class,time,p10")
    assert "p50" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_all_wrong_probes_are_found_at_once(bridgehead: Bridgehead) -> None:
    """One that is no time hid those outside of the forecast."""
    probes = ("noon", "2023-07-01T08:00+08:00", "2023-06-02T08:00+08:00", "2022-12-31T08:00+08:00")
    asked = [part for one in probes for part in ("--probe", one)]
    told = bridgehead("forecast", "--at", "2023-06-01T08:00+08:00", "--days", "2", *asked)
    assert told.status == 2
    assert told.err.count("--probe:") == 3, told.err
    assert "2023-06-02" not in told.err


def test_command_refuses_two_begins_and_too_many_days(bridgehead: Bridgehead) -> None:
    assert bridgehead("forecast").status == 2
    assert bridgehead("forecast", "--at", "2023-03-01T08:00+08:00", "--days", "61").status == 2


@pytest.mark.parametrize("at", ["1970-01-02T00:00+00:00", "2200-12-30T00:00+00:00"])
def test_an_instant_outside_of_the_years_names_its_own_option(bridgehead: Bridgehead, tmp_path: Path, at: str) -> None:
    """The warm-up begins before 1970: the finding named --start, which the command does not have."""
    told = bridgehead("forecast", "--at", at, "--members", "10")
    assert told.status == 2
    assert told.err.startswith("error: --at: ")
    file = tmp_path / "state.csv"
    file.write_text(f"what,since\ntime,{at}\n", encoding="utf-8")
    told = bridgehead("forecast", "--state", file, "--members", "10")
    assert told.err.startswith(f"error: {file}, since: ")


def test_a_threshold_of_the_queue_without_its_tables_is_refused(bridgehead: Bridgehead) -> None:
    told = bridgehead("forecast", "--at", "2023-03-01T08:00+08:00", "--queue-over", "5")
    assert (told.status, told.out) == (2, "")
    assert "--queue-over: expected --out or --json" in told.err


def test_yards_of_a_forecast_begin_at_the_levels_of_a_run(
    monkeypatch: pytest.MonkeyPatch, bridgehead: Bridgehead
) -> None:
    """`forecast --at` and `run` on the same days have the same levels at the begin of the warm-up."""
    from sim.core.start_levels import base_year_levels
    from sim.studies.forecast import fan

    seen = []

    def stop(corridor: Corridor, *rest: object, **more: object) -> Forecast:
        seen.append(corridor)
        raise DataError([])

    monkeypatch.setattr(fan, "forecast", stop)
    bridgehead("forecast", "--at", "2023-07-11T08:00+08:00", "--days", "2", "--members", "10")
    [corridor] = seen
    day = date(2023, 7, 1)
    carried = {id: by_day[day] for id, by_day in base_year_levels().items() if day in by_day}
    assert carried
    assert {id: corridor.stocks[id].initial for id in carried} == carried


def test_a_state_with_more_vehicles_than_the_fleet_is_refused(tmp_path: Path, state: WorldState) -> None:
    more = StateVehicle("shuttle", "shuttle.lane", "waiting", AT - timedelta(hours=2), count=12)
    many = replace(state, vehicles=(*state.vehicles, more), covers=())
    write_state(tmp_path / "state.csv", many)
    with pytest.raises(DataError) as refused:
        read_state(tmp_path / "state.csv", small_border())
    assert [one.code for one in refused.value.findings] == ["state.more_than_fleet"]
    with pytest.raises(DataError):
        forecast(small_border(), many, Request(AT, days=2, warmup_days=2), 1)


def placed(vehicles: tuple[StateVehicle, ...]) -> Placed:
    border, request = small_border(), Request(AT, days=2, warmup_days=2)
    settings = request.settings(0)
    plan = compile_plan(border, settings)
    before = state_at(play(cut(plan, request.second + 1), "compiled"), request.second)
    streams = RandomStreams(settings.seed, settings.replication)
    there = with_weather(border, settings, streams)
    names = step_ops(plan, programs(there, settings))
    return place(WorldState(AT, vehicles), before, plan, names, ops_of(programs(there, settings)), there, streams)


def test_each_vehicle_of_a_state_has_its_own_numbers_and_shared_ones_are_counted() -> None:
    few = placed((StateVehicle("express", "export.customs", "waiting", AT, count=2),))
    assert few.shared == 0
    many = placed((StateVehicle("express", "export.customs", "waiting", AT, count=5),))
    assert many.shared > 0
    numbers = [one.vehicle for one in many.state.standing]
    assert len(numbers) == len(set(numbers)) == 5


def test_rest_of_a_work_does_not_change_with_other_rows_of_the_state() -> None:
    mine = StateVehicle("express", "export.customs", "working", AT - timedelta(minutes=5))
    other = StateVehicle("shuttle", "shuttle.lane", "waiting", AT - timedelta(hours=2))
    alone, after = placed((mine,)), placed((other, mine))
    assert [one for one in after.state.standing if one.rest_s] == list(alone.state.standing)


def test_notes_have_the_most_of_all_members(made: Forecast) -> None:
    first, *others, last = made.members
    odd = replace(made, members=(first, *others, replace(last, free=7)))
    assert any("7 vehicles wait" in note for note in forecast_tables.notes(odd, Names.of(small_border())))


def test_days_and_hours_of_a_forecast_are_on_its_clock(made: Forecast) -> None:
    """01:00 UTC is 06:00 in Almaty; the day there begins at 19:00 UTC."""
    there = replace(made, request=replace(made.request, clock="Asia/Almaty"))
    assert "2025-03-06 06:00 (time of Asia/Almaty)" in forecast_tables.answers(there, Names.of(small_border()))[0]
    late = replace(made.request, at=datetime(2025, 3, 6, 18, tzinfo=UTC))
    assert (local_days(late)[0], local_days(replace(late, clock="Asia/Almaty"))[0]) == (20154, 20153)


def test_tables_have_their_units_the_hour_of_the_queue_and_days_that_are_parts(made: Forecast) -> None:
    """A last row "0 (0-0)" was the piece of a day until the hour of the begin, while the gate was shut."""
    names = Names.of(small_border())
    table = forecast_tables.by_day(made, names)
    assert table.columns[3] == "Vehicles waiting at 09:00"
    days = list(dict.fromkeys(row[2] for row in table.rows))
    assert days == ["2025-03-06, from 09:00", "2025-03-07", "2025-03-08", "2025-03-09, until 09:00"]
    whole = replace(made, request=replace(made.request, at=datetime(2025, 3, 5, 16, tzinfo=UTC)))
    assert [row[2] for row in forecast_tables.by_day(whole, names).rows][:2] == ["2025-03-06", "2025-03-07"]
    through = forecast_tables.through(made, names)
    assert [one for one in through.columns if one.endswith(", h")] == ["Median, h", "10%, h", "90%, h"]


def test_a_sentence_says_how_many_wait_where_the_state_says_nothing(made: Forecast) -> None:
    names, group = Names.of(small_border()), ("pass", "outbound", "train")
    assert made.covered == (group,)
    waiting = round(float(np.median(made.of("queue", group)[:, 0])))
    counts = {("express", "export.customs", "waiting"): waiting - 1}
    (said,) = forecast_tables.beyond(made, counts, names)
    assert "1 further vehicle waits elsewhere" in said
    assert forecast_tables.beyond(made, {("express", "export.customs", "waiting"): waiting}, names) == []
    unknown = {("express", "export.customs", "present"): 1}
    assert forecast_tables.beyond(made, unknown, names) == []
    assert forecast_tables.beyond(replace(made, covered=()), counts, names) == []
