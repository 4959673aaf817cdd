"""Figures that are kept by content: equal to the last bit to those of whole runs."""

from __future__ import annotations

from dataclasses import fields, make_dataclass, replace
from datetime import date
from functools import cache
from itertools import pairwise
from random import Random
from typing import Any
from weakref import WeakSet

import numpy as np
import pandas as pd
import pytest

from corridors.findings import DataError
from corridors.io.cache_folder import REUSE
from corridors.io.folders import data_root
from corridors.load import load_corridor
from corridors.overlay.options import parse_setting
from corridors.overlay.proposals import Scenario, load_proposals
from sim import engines, reuse
from sim.compile.assembly import compile_plan
from sim.compile.kept_compilation import KeptCompilation
from sim.compile.programs import KeptPrograms
from sim.core.components import components
from sim.core.joined_visits import JoinedVisits
from sim.core.kept import BYTES_OF_ARRAY, Kept, arrays
from sim.core.kpi_declarations import KPIS
from sim.core.plan import Labels, Plan, PlanError
from sim.core.plan_parts import PlanPart, part_of
from sim.core.run_settings import RunSettings
from sim.engines import ENGINES, play
from sim.kpi import key_figures
from sim.kpi.plan_units import units_of
from sim.kpi.run_tables import RunFigures, RunTables, figures_of
from sim.kpi.unit_tables import ORDERS
from sim.reuse import KeptUnits, _RunByUnit, figures_with, kept_units, rows_played
from sim.run import Case, RunResult, prepare, run_scenario
from tests.compile.test_kept_compilation import changes_of
from tests.helpers.plan_changes import side_by_side
from tests.helpers.plans import random_plan
from tests.helpers.random_worlds import random_world
from tests.helpers.trace_diff import first_difference
from tests.helpers.worlds import (
    departure,
    duration,
    facility,
    itinerary,
    link,
    order,
    order_rule,
    place,
    port,
    service,
    step,
    world,
)

PROPOSALS = sorted(path.stem for path in (data_root() / "proposals").glob("*.yaml"))
A_FEW = ("m25_ganqimaodu_closed",)


@cache
def baseline() -> Any:
    return load_corridor()


@cache
def proposals() -> Any:
    return load_proposals()


def case_of(*settings: str, proposal: str = "", days: int = 5, replication: int = 0) -> Case:
    """A few days of the baseline with some changes."""
    changes = tuple(parse_setting(text) for text in settings)
    scenario = Scenario(id="changed", proposals=(proposal,) if proposal else (), changes=changes)
    start = proposals()[proposal].opening_date if proposal else None
    return prepare(baseline(), scenario, proposals(), start=start, days=days, warmup_days=1, replication=replication)


def assert_equal(one: RunFigures, other: RunFigures) -> None:
    """Assert that all figures of two runs are equal, to the last bit."""
    for name, table in one.by_name().items():
        pd.testing.assert_frame_equal(table, getattr(other, name), check_exact=True, obj=name)
    assert (one.vehicles, one.problems, one.deadlocked) == (other.vehicles, other.problems, other.deadlocked)
    assert len(one.visits) == len(other.visits)


def assert_same_result(one: RunResult, other: RunResult) -> None:
    """The same with the records of the runs, but for the time that they took."""
    assert_equal(one, other)
    records = [{key: value for key, value in result.record().items() if key != "wall_s"} for result in (one, other)]
    assert records[0] == records[1]


def test_every_table_has_its_order() -> None:
    assert list(ORDERS) == [field.name for field in fields(RunTables)]


@pytest.fixture(scope="module")
def base() -> KeptUnits:
    """What a run of the baseline leaves. The shipped data have five units: two ports of coal, the trains, and the
    trucks of two ports."""
    kept = KeptUnits()
    run_scenario(case_of(), kept=kept)
    assert (kept.units.found, kept.units.missed, len(kept.units)) == (0, 5, 5)
    return kept


@pytest.mark.parametrize(
    ("setting", "new"),
    [
        ("services.truck_ern_in.per_day=*1.1", 1),
        ("facilities.erenhot_transshipment.servers=+1", 1),
        ("parameters.run_days.value=9", 0),
    ],
)
def test_a_change_at_one_port_simulates_only_that(base: KeptUnits, setting: str, new: int) -> None:
    case, missed, found = case_of(setting), base.units.missed, base.units.found
    with_reuse = run_scenario(case, kept=base)
    assert (base.units.missed - missed, base.units.found - found) == (new, 5 - new)
    assert_same_result(run_scenario(case), with_reuse)


def test_another_replication_shares_nothing(base: KeptUnits) -> None:
    case, found = case_of(replication=1), base.units.found
    assert_same_result(run_scenario(case), run_scenario(case, kept=base))
    assert base.units.found == found


def test_another_engine_shares_nothing() -> None:
    corridor, settings = random_world(1)
    plan, kept = compile_plan(corridor, settings), KeptUnits()
    for engine in ENGINES:
        assert_equal(figures_of(play(plan, engine)), figures(kept, plan, engine))
    assert kept.units.found == 0


@pytest.mark.parametrize("proposal", A_FEW)
def test_a_few_proposals(proposal: str) -> None:
    after_the_baseline(proposal, days=3)


@pytest.mark.slow
@pytest.mark.parametrize("proposal", PROPOSALS)
def test_every_proposal(proposal: str) -> None:
    after_the_baseline(proposal, days=60)


def after_the_baseline(proposal: str, days: int) -> None:
    """Assert that a proposal has the same result after a run of the baseline, of the same days, as alone."""
    case, kept = case_of(proposal=proposal, days=days), KeptUnits()
    run_scenario(prepare(baseline(), start=case.settings.start, days=days, warmup_days=1), kept=kept)
    assert_same_result(run_scenario(case), run_scenario(case, kept=kept))


def figures(kept: KeptUnits, plan: Plan, engine: str = "compiled", only: tuple[str, ...] | None = None) -> RunFigures:
    """The figures of a plan whose fleets do not run short."""
    found = figures_with(kept, plan, engine, only)
    assert found is not None
    return found


def test_what_a_unit_was_built_of_says_its_content() -> None:
    """Also where programs and arrivals of earlier plans are gone, and others have taken their place in memory."""
    for seed in range(3):
        corridor, settings = random_world(seed)
        kept, random = KeptUnits(), Random(seed)
        for other in (corridor, *changes_of(corridor, random, 9), corridor):
            for replication in (0, 1):
                of_run = replace(settings, replication=replication)
                try:
                    plan = compile_plan(other, of_run, kept=kept.compilation)
                except (DataError, PlanError, KeyError, ValueError, IndexError):
                    continue
                units = units_of(plan)
                contents = [part_of(plan, units.components, some).content() for some in units.members]
                keys = _RunByUnit(plan, "compiled", None, kept.joins).keys(kept.contents)
                assert [name.rpartition(" ")[2] for _, name in keys.values()] == contents


@pytest.mark.parametrize(
    ("setting", "new"),
    [("services.truck_ern_in.per_day=*1.1", 1), ("facilities.erenhot_transshipment.servers=+1", 1), ("", 0)],
)
def test_the_content_of_a_unit_that_was_built_of_the_same_is_not_looked_at(
    monkeypatch: pytest.MonkeyPatch, setting: str, new: int
) -> None:
    kept, looked = KeptUnits(), list[PlanPart]()
    content = PlanPart.content

    def noted(part: PlanPart) -> str:
        looked.append(part)
        return content(part)

    monkeypatch.setattr(PlanPart, "content", noted)
    run_scenario(case_of(), kept=kept)
    assert len(looked) == 5
    run_scenario(case_of(*filter(None, [setting])), kept=kept)
    assert len(looked) == 5 + new


def test_any_units_may_be_known_already() -> None:
    """Some units are forgotten before each run, the others are taken as they are kept."""
    random, kept = Random(1), KeptUnits()
    plan = compile_plan((case := case_of()).corridor, case.settings)
    whole = figures(kept, plan)
    assert_equal(figures_of(play(plan, "compiled")), whole)
    for _ in range(3):
        for key in random.sample(kept.units.keys(), k=2):
            kept.units.forget(key)
        assert_equal(whole, figures(kept, plan))


def test_random_worlds_have_the_same_figures_from_kept_units() -> None:
    """Worlds with closed links, detours, choices, breakdowns and fleets; rows may be requested later."""
    for seed in range(4):
        corridor, settings = random_world(seed)
        plan, kept = compile_plan(corridor, settings), KeptUnits()
        whole = figures_of(play(plan, "compiled"))
        assert_equal(whole, figures(kept, plan))
        again = figures(kept, plan)
        assert kept.units.found > 0
        assert_equal(whole, again)
        assert first_difference(whole.visits.trace(), again.visits.trace()) is None


def test_rows_that_are_requested_are_played_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Visits leave the process with their rows: then no engine runs where they go."""
    corridor, settings = random_world(1)
    plan, kept = compile_plan(corridor, settings), KeptUnits()
    whole = rows_played(figures(kept, plan).visits)
    later = rows_played(figures(kept, plan).visits)
    monkeypatch.delattr("sim.engines.play")
    assert first_difference(whole.trace(), later.trace()) is None


PASSES = ("east", "west")


def two_ports(*more: Any) -> Plan:
    """Two ports, each a unit, to which a train comes every six hours, with some orders or rules; six days."""
    corridor = world(
        [place(name) for name in ("plain", *PASSES)],
        duration("check", 400),
        [
            [
                port(one),
                link("plain", one),
                facility(f"{one}_gate", port=one, place=one),
                itinerary(
                    f"to_{one}",
                    step("mark", place="plain"),
                    step("travel", step="go", place=one, mode="rail_1435"),
                    step("serve", facility=f"{one}_gate", duration="check", port=one, direction="outbound"),
                ),
                service(one, f"to_{one}", 4, arrivals="timetable"),
                *(departure(f"{one}_{n}", one, f"{6 * n + 2:02d}:00") for n in range(4)),
            ]
            for one in PASSES
        ],
        list(more),
    )
    return compile_plan(corridor, RunSettings(date(2023, 1, 2), 6, 1))


WITH_ORDERS = {
    "dated": [order(one, "2023-01-04", "2023-01-05", id=f"stop_{one}", direction="outbound") for one in PASSES],
    "one_dated": [order("west", "2023-01-04", direction="outbound")],
    "later": [order("east", "2023-02-04", direction="outbound")],
    "by_rule": [order_rule(one, f"{one}_gate", 3, 1, id=f"rule_{one}", direction="outbound") for one in PASSES],
    "never": [order_rule("west", "west_gate", 900, 1, direction="outbound")],
    "both": [
        order_rule("east", "east_gate", 3, 1, direction="outbound"),
        order("west", "2022-12-20", "2023-01-05", direction="outbound"),
    ],
}


@pytest.mark.parametrize("name", WITH_ORDERS)
def test_orders_of_kept_units_are_those_of_a_run(name: str) -> None:
    """First, again, and with any one unit forgotten."""
    plan, kept = two_ports(*WITH_ORDERS[name]), KeptUnits()
    whole = figures_of(play(plan, "compiled"))
    assert whole.orders.empty == (name == "later")
    assert_equal(whole, figures(kept, plan))
    assert_equal(whole, figures(kept, plan))
    for _ in range(len(kept.units)):
        kept.units.forget(kept.units.keys()[0])
        assert_equal(whole, figures(kept, plan))


def test_orders_of_other_dates_are_kept_apart_also_where_only_the_table_shows_them() -> None:
    """Both are in force from the first second of the run until the same day: the engine reads the same."""
    plans = [two_ports(order("west", day, "2023-01-05", direction="outbound")) for day in ("2022-12-20", "2022-12-25")]
    assert plans[0].fingerprint() == plans[1].fingerprint()
    kept = KeptUnits()
    tables = [figures(kept, plan).orders for plan in plans]
    for plan, table in zip(plans, tables, strict=True):
        pd.testing.assert_frame_equal(figures_of(play(plan, "compiled")).orders, table)
    assert not tables[0].equals(tables[1])


def test_a_part_of_everything_has_every_label_and_array() -> None:
    """Nothing that a table reads is left out of the parts, by whose content figures are kept."""
    plan = two_ports(*WITH_ORDERS["both"])
    found = components(plan)
    whole = part_of(plan, found, range(found.n)).plan
    assert whole.labels == plan.labels
    assert {name: len(array) for name, array in whole.arrays().items() if name != "draws"} == {
        name: len(array) for name, array in plan.arrays().items() if name != "draws"
    }


def test_a_label_of_which_no_part_is_known_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = two_ports()
    more = make_dataclass("More", [("promises", tuple, ())], bases=(Labels,), frozen=True)
    monkeypatch.setattr("sim.core.plan_parts.Labels", more)
    with pytest.raises(KeyError, match="promises"):
        part_of(replace(plan, labels=more(**vars(plan.labels))), components(plan), [0])


@pytest.mark.parametrize("change", ["fewer", "unit", "function"])
def test_with_another_key_figure_nothing_is_taken_from_before(monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    corridor, settings = random_world(2)
    plan, kept = compile_plan(corridor, settings), KeptUnits()
    figures(kept, plan)
    id = "co2_kg_per_t"
    if change == "fewer":
        monkeypatch.delitem(KPIS, id)
    elif change == "unit":
        monkeypatch.setitem(KPIS, id, KPIS[id]._replace(unit="t"))
    else:
        own = key_figures.FIGURES[id]
        monkeypatch.setitem(key_figures.FIGURES, id, own._replace(of=lambda seen, side: 1000 * own.of(seen, side)))
    assert_equal(figures_of(play(plan, "compiled")), figures(kept, plan))
    assert kept.units.found == 0


def test_some_tables_are_kept_apart_from_all() -> None:
    corridor, settings = random_world(2)
    plan, kept = compile_plan(corridor, settings), KeptUnits()
    for only in (("kpis",), ("bottlenecks", "flows"), None, ("kpis",), ("bottlenecks", "flows")):
        assert_equal(figures_of(play(plan, "compiled"), only), figures(kept, plan, only=only))
    assert 0 < kept.units.found < kept.units.missed


ARRIVALS = (
    "profiles.truck_day.weights=1;2;3;4;5;6;7;8;9;10;11;12;1;2;3;4;5;6;7;8;9;10;11;12",
    "durations.late_cre.mean_min=*2",
    "parameters.run_days.value=9",
)
"""Changes of the baseline on which arrivals depend, and one on which nothing does."""


def test_numbers_drawn_are_kept_apart_by_all_that_they_depend_on() -> None:
    """Plans are the same with numbers that other seeds, days, means, fleets and arrivals have left."""
    cases = [random_world(seed) for seed in range(3)]
    corridor, settings = cases[0]
    cases += [(corridor, replace(settings, **{name: value})) for name, value in (("seed", 9), ("days", 7))]
    for name, value in (("mean_min", 50.0), ("distribution", "lognormal"), ("cv", 0.5)):
        rows = {id: replace(row, **{name: value}) for id, row in corridor.durations.items()}
        cases.append((replace(corridor, durations=rows), settings))
    for name, more in (("per_day", 1.5), ("initial_backlog", 3)):
        rows = {id: replace(row, **{name: getattr(row, name) * more + 1}) for id, row in corridor.services.items()}
        cases.append((replace(corridor, services={**corridor.services, **rows}), settings))
    cases += [(case_of(setting).corridor, case_of().settings) for setting in ARRIVALS]
    kept = KeptCompilation(2**30)
    for _ in range(2):
        for corridor, of_run in cases:
            alone, with_kept = compile_plan(corridor, of_run), compile_plan(corridor, of_run, kept=kept)
            assert alone.fingerprint() == with_kept.fingerprint()
    assert kept.numbers.draws.found > kept.numbers.draws.missed > 0


def test_steps_are_kept_wherever_their_facilities_and_stocks_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows before all others move the indices of facilities and stocks; those are all that is made anew."""
    for seed in range(4):
        corridor, settings = random_world(seed)
        of_steps = KeptCompilation(2**30)
        compile_plan(corridor, settings, kept=of_steps)
        more = {}
        for table in ("facilities", "stocks"):
            rows = corridor.table(table)
            more[table] = {row.id: row for row in (replace(row, id="a_new_one") for row in [*rows.values()][:1])} | rows
        larger = replace(corridor, **more)
        alone = compile_plan(larger, settings)
        with monkeypatch.context() as patched:
            patched.setattr("sim.compile.assembly._add_op", None)
            with_kept = compile_plan(larger, settings, kept=of_steps)
        assert alone.fingerprint() == with_kept.fingerprint()
        assert alone.labels == with_kept.labels


def test_equal_programs_are_one_and_the_same_whatever_else_changed() -> None:
    corridor, settings = random_world(1)
    kept = KeptPrograms()
    before = kept.programs(corridor, settings)
    rows = {id: replace(row, speed_kmh=row.speed_kmh * 2) for id, row in corridor.links.items()}
    kept.programs(replace(corridor, links=rows), settings)
    rows = {id: replace(row, name_en="other") for id, row in corridor.links.items()}
    after = kept.programs(replace(corridor, links=rows), settings)
    assert after.keys() == before.keys()
    assert all(after[service] is program for service, program in before.items())


def test_of_a_large_plan_the_rows_of_one_unit_are_held_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    alive: WeakSet[Any] = WeakSet()
    held = []
    play = engines.play

    def noted(*given: Any) -> Any:
        held.append(len(alive))
        alive.add(visits := play(*given))
        return visits

    plans = [two_ports(), compile_plan((case := case_of()).corridor, case.settings)]
    plans += [compile_plan(*random_world(seed)) for seed in range(3)]
    whole = [figures_of(play(plan, "compiled")) for plan in plans]
    monkeypatch.setattr(engines, "play", noted)
    monkeypatch.setattr(reuse, "MANY_TRIPS", 0)
    for plan, wanted in zip(plans, whole, strict=True):
        kept = KeptUnits()
        for one in (None, kept, kept):
            found = figures_with(one, plan, "compiled")
            assert found is not None
            assert_equal(wanted, found)
            assert found.visits.plan.fingerprint() == plan.fingerprint()
            del found
    assert len(held) > 2 * len(plans)
    assert max(held) == 0


def test_a_large_run_is_that_of_a_small_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its rows are there when they are requested."""
    case = case_of()
    whole = run_scenario(case)
    monkeypatch.setattr(reuse, "MANY_TRIPS", 0)
    in_turn = run_scenario(case)
    assert_same_result(whole, in_turn)
    assert first_difference(whole.trace, in_turn.trace) is None


def test_what_was_not_used_for_longest_is_dropped_where_memory_is_short() -> None:
    kept: Kept[str] = Kept(10)
    for key, size in (("a", 4), ("b", 4)):
        kept.put(key, key.upper(), size)
    assert (kept.get("a"), kept.size) == ("A", 8)
    kept.put("c", "C", 3)
    assert (kept.get("b"), kept.get("a"), kept.get("c"), kept.size, len(kept)) == (None, "A", "C", 7, 2)
    kept.put("large", "LARGE", 11)
    kept.put("a", "other", 1)
    assert (kept.get("large"), kept.get("a"), kept.size) == (None, "other", 4)
    kept.forget("a")
    assert (kept.keys(), kept.size) == (["c"], 3)


def test_what_several_values_hold_counts_once_and_until_the_last_is_dropped() -> None:
    kept: Kept[str] = Kept(100)
    numbers = np.zeros(10, np.int8)
    held = [(numbers, 60)]
    for key in "abc":
        kept.put(key, key, 5, held)
    kept.put("c", "C", 6, held)
    assert kept.size == 60 + 5 + 5 + 6
    kept.put("other", "other", 20, [(object(), 15)])
    assert (kept.keys(), kept.size) == (["other"], 35)
    kept.put("large", "large", 50, [(numbers, 60)])
    assert (kept.keys(), kept.size) == (["other"], 35)
    assert arrays([7, numbers[2:5], "text"]) == [(numbers, numbers.nbytes + BYTES_OF_ARRAY)]


def test_figures_that_do_not_fit_are_those_of_a_run() -> None:
    corridor, settings = random_world(2)
    plan, kept = compile_plan(corridor, settings), KeptUnits(most_bytes=10)
    for _ in range(2):
        assert_equal(figures_of(play(plan, "compiled")), figures(kept, plan))
    assert len(kept.units) == kept.units.size == 0


def test_reuse_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(REUSE, raising=False)
    assert kept_units() is kept_units() is not None
    monkeypatch.setenv(REUSE, "0")
    assert kept_units() is None


@pytest.mark.parametrize("engine", ENGINES)
def test_joined_rows_of_parts_are_those_of_the_plan(engine: str) -> None:
    """In pieces of any size, in periods of some vehicles, and sorted."""
    for seed in range(12):
        plan = side_by_side(random_plan(seed), random_plan(seed + 100))
        found, whole = components(plan), play(plan, engine)
        parts = [part_of(plan, found, [k]) for k in range(found.n)]
        joined = JoinedVisits(plan, [(part, play(part.plan, engine)) for part in parts])
        assert first_difference(joined.trace(), whole.trace()) is None
        assert len(joined) == len(whole)
        for size in (3, 1000):
            pieces = list(joined.pieces(size))
            assert [piece.first for piece in pieces] == [0, *np.cumsum([len(piece) for piece in pieces])[:-1]]
            assert all(one.vehicle[-1] < other.vehicle[0] for one, other in pairwise(pieces))
            for name in ("vehicle", "op", "queued_s", "departed_s", "outcome"):
                own, theirs = ([getattr(p, name) for p in some] for some in (pieces, whole.pieces()))
                assert np.array_equal(np.concatenate(own), np.concatenate(theirs)), name
        first, end, horizon_s = plan.n_vehicles // 3, plan.n_vehicles, plan.horizon_s
        own, theirs = (
            sorted(
                zip(*(np.concatenate([getattr(p, n) for p in some]).tolist() for n in ("vehicle", "op")), strict=True)
            )
            for some in (list(v.between(first, end, 0, horizon_s)) for v in (joined, whole))
        )
        assert own == theirs
