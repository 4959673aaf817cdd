"""Validation: roles of facts, figures of a run for a comparison, natural experiments, and the report."""

from __future__ import annotations

import json
import math
import re
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from html import escape
from pathlib import Path

import numpy as np
import pytest

from corridors.clock.calendars import Calendars
from corridors.facts import facts
from corridors.findings import DataError
from corridors.io.folders import data_root
from corridors.load import load_corridor
from corridors.messages import message
from corridors.model import TABLES, Corridor
from sim.__main__ import main
from sim.cli import validate as command
from sim.cli.catalogue import find_scenario
from sim.compile.arrivals import Schedule
from sim.core.kpi_declarations import KPIS
from sim.core.units import DAY_S
from sim.reports import validation_scores, validation_tables
from sim.reports.number_format import NO_VALUE
from sim.reports.validation_charts import LEAST, MOST, ratio_charts
from sim.reports.validation_numbers import in_unit, unit
from sim.reports.validation_report import html
from sim.run import RunResult, prepare, run_scenario
from sim.studies.validation.compared_figure import ComparedFigure
from sim.studies.validation.comparisons import REPLICATED, TOLERANCE, TOPICS, FactComparison, load_comparisons
from sim.studies.validation.experiments import (
    MeasuredQuantity,
    NaturalExperiment,
    ReplayedExperiment,
    Side,
    load_experiments,
    scenario_of,
)
from sim.studies.validation.levels import BASE, LevelRun, ScenarioQuantities, figures_of, level, level_files, read
from sim.studies.validation.measured_run import measured_run
from sim.studies.validation.measures import CHINA_S, MEASURES, RunFigures
from sim.studies.validation.naive import FORECASTS, naive_quantities, year_of
from sim.studies.validation.not_compared import LAST_REVIEWED, load_not_compared
from sim.studies.validation.quantity import Quantity
from sim.studies.validation.record import Record, figures, validate
from sim.studies.validation.scores import by_part, naive_score, score, volumes
from sim.text.catalogue import has
from tests.helpers.catalogue_files import catalogue_file

COMPARISONS = {one.id: one for one in load_comparisons()}
CONTRACT = ["fact", "place", "metric", "unit", "year", "published", "model", "ci_low", "ci_high"]
CONTRACT += ["difference", "tolerance", "within", "role", "why"]
FACT = re.compile(r"\b[A-Z]\d{3}\b")
NOT_OF_A_RUN = ("parameters.",)
"""Assumptions that rank routes and no run reads."""
CHINA = ("harbin", "dalian", "shenyang", "qinhuangdao", "beijing", "tianjin", "jining")
"""Where container trains into China end."""
DAYS, WARMUP = 40, 10


@pytest.fixture(scope="module")
def world() -> Corridor:
    return load_corridor()


@pytest.fixture(scope="module")
def month(world: Corridor) -> RunResult:
    """Thirty days of the base year after ten of warm-up."""
    return run_scenario(prepare(world, start=date(2023, 3, 1), days=DAYS, warmup_days=WARMUP))


# --- the comparisons as data -----------------------------------------------------------------------------------------


def test_more_than_forty_facts_are_compared() -> None:
    assert len({one.fact for one in COMPARISONS.values()}) >= 40
    topics = {one.topic for one in COMPARISONS.values()}
    assert topics >= {"trains", "teu", "tonnes", "crossing", "border_hours", "speed", "payload", "transit"}


def test_no_fact_has_two_roles() -> None:
    roles: dict[str, set[str]] = {}
    for one in COMPARISONS.values():
        roles.setdefault(one.fact, set()).add(one.role)
    assert [fact for fact, of in roles.items() if len(of) > 1] == []


def test_every_new_fact_is_compared_or_has_a_reason() -> None:
    """The first facts were examined before there was a list; each later one is in exactly one of the two files."""
    listed = load_not_compared()
    assert all(one.why_en and one.why_zh for one in listed)
    compared = {one.fact for one in COMPARISONS.values()}
    excused = [one.fact for one in listed]
    assert [fact for fact in excused if fact in compared] == []
    ids = list(facts())
    later = ids[ids.index(LAST_REVIEWED) + 1 :]
    assert sorted(excused) == sorted(set(later) - compared)


def test_the_page_has_a_cause_for_every_miss_of_the_test() -> None:
    page = (data_root().parent / "docs" / "model.md").read_text(encoding="utf-8")
    causes = page.partition("### Causes of the misses of the test")[2].partition("### All misses")[0]
    rows = [line.split(" | ")[1] for line in causes.splitlines() if line.startswith("| ") and FACT.search(line)]
    named = [fact for row in rows for fact in FACT.findall(row)]
    assert len(named) == len(set(named)), "one cause each"
    assert set(named) == set(re.findall(r"^- ([A-Z]\d{3}) \(test,", page, flags=re.MULTILINE))


def facts_named_by(world: Corridor) -> dict[str, set[str]]:
    """The facts that each row of a world names that a run reads, in its sources, its note or anywhere else."""
    return {
        f"{table}.{id}": set(FACT.findall(" ".join(str(getattr(row, field.name)) for field in fields(row))))
        for table in TABLES
        if table not in ("parameters", "sources")
        for id, row in world.table(table).items()
        if not (table == "assumptions" and id.startswith(NOT_OF_A_RUN))
    }


def test_no_test_fact_is_named_by_what_a_run_reads(world: Corridor) -> None:
    tests = {one.fact for one in COMPARISONS.values() if one.role == "test"}
    used = {id: sorted(tests & named) for id, named in facts_named_by(world).items()}
    assert {id: found for id, found in used.items() if found} == {}


def test_every_table_that_a_run_reads_is_searched_for_facts(world: Corridor) -> None:
    """Tables added later, too: each is read as a table of the world, and its rows have sources."""
    assert {path.stem for path in (data_root() / "baseline").glob("*.csv")} <= set(TABLES)
    assert [name for name, row in TABLES.items() if "source" not in {one.name for one in fields(row)}] == ["sources"]
    shut = replace(next(iter(world.closures.values())), source="T015;X153", note="see X209")
    assert facts_named_by(replace(world, closures={"shut": shut}))["closures.shut"] == {"T015", "X153", "X209"}


def test_no_test_fact_of_a_year_is_input_of_that_year() -> None:
    assert len(level_files()) > 3
    for name, path in level_files().items():
        named = set(FACT.findall(path.read_text(encoding="utf-8")))
        assert named <= set(facts()), f"{name} names facts that there are"
        tests = {one.fact for one in COMPARISONS.values() if one.level == name and one.role == "test"}
        assert tests & named == set(), name


def test_rows_that_a_year_adds_have_source_and_grade() -> None:
    for name in level_files():
        for change in level(name).changes:
            if change.row is not None:
                assert set(str(change.row.get("source", "")).split(";")) <= set(facts()), change
                assert change.row.get("grade") in {"reported", "derived", "assumed"}, change


@pytest.mark.parametrize("one", COMPARISONS.values(), ids=lambda one: one.id)
def test_a_comparison_explains_a_figure_that_differs_from_the_fact(one: FactComparison) -> None:
    if not one.reading:
        assert float(facts()[one.fact].value) == one.published, "explain in the column reading"


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTH = f"({'|'.join(MONTHS)})[a-z]*"
LONG_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
OTHER_DAYS = re.compile(rf"(?i)\b(year|quarter|month|week|days?|20\d\d|{LONG_MONTHS})\b")
NO_MEASUREMENT = re.compile(r"(?i)\b(planned|goal|forecast|not said|ambiguous|disputed)\b")


def days_of(metric: str, year: int) -> tuple[date | None, date | None]:
    """First and last day that the name of a published figure says; None where it says none."""

    def day(number: str, month: str) -> date:
        return date(year, MONTHS.index(month) + 1, int(number))

    def end(month: int) -> date:
        return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)

    if found := re.search(rf"(\d+) {MONTH} ?(?:-|to) ?(\d+) {MONTH}", metric):
        return day(found[1], found[2]), day(found[3], found[4])
    if found := re.search(rf"\b(\d{{1,2}})(?:-| to )(\d{{1,2}}) {MONTH}", metric):
        return day(found[1], found[3]), day(found[2], found[3])
    if found := re.search(rf"\bto (\d+) {MONTH}", metric):
        return None, day(found[1], found[2])
    if found := re.search(rf"\b{MONTH}-{MONTH}\b", metric):
        return day("1", found[1]), end(MONTHS.index(found[2]) + 1)
    if found := re.search(r"\b([QH])([1-4])\b", metric):
        length = {"Q": 3, "H": 6}[found[1]]
        last = length * int(found[2])
        return date(year, last - length + 1, 1), end(last)
    return (date(year, 1, 1), end(12)) if "full year" in metric else (None, None)


@pytest.mark.parametrize(
    ("metric", "first", "last"),
    [
        ("CR Express trains to 5 Dec", None, date(2023, 12, 5)),
        ("CR Express trains, 1 Jan-20 Apr (out 343, in 314)", date(2023, 1, 1), date(2023, 4, 20)),
        ("Vehicles both ways, 16 to 22 Sep", date(2023, 9, 16), date(2023, 9, 22)),
        ("Total cargo Jan-Nov", date(2023, 1, 1), date(2023, 11, 30)),
        ("Tonnage Q1", date(2023, 1, 1), date(2023, 3, 31)),
        ("Total cargo H2", date(2023, 7, 1), date(2023, 12, 31)),
        ("Total cargo, full year", date(2023, 1, 1), date(2023, 12, 31)),
        ("Opening hours", None, None),
    ],
)
def test_the_days_of_a_published_figure_are_read_from_its_name(
    metric: str, first: date | None, last: date | None
) -> None:
    assert days_of(metric, 2023) == (first, last)


@pytest.mark.parametrize("one", [one for one in COMPARISONS.values() if one.last_day], ids=lambda one: one.id)
def test_a_comparison_has_the_days_of_its_fact_or_says_which(one: FactComparison) -> None:
    fact = facts()[one.fact]
    if not fact.year.isdigit():
        return
    first, last = days_of(fact.metric, int(fact.year))
    if (last != one.last_day and last is not None) or (first is not None and first != one.first_day):
        assert OTHER_DAYS.search(one.reading), f"{fact.metric}, {fact.year}: {one.first_day} to {one.last_day}"


def test_no_plan_and_no_figure_of_unsaid_place_or_way_is_compared() -> None:
    """A figure that has both, as X199 (planned / first train), is compared by its measurement, named in the reading."""
    wrong = {
        one.id: f"{fact.metric}; {fact.note}"
        for one in COMPARISONS.values()
        if NO_MEASUREMENT.search(f"{(fact := facts()[one.fact]).metric}; {fact.note}") and not one.reading
    }
    assert wrong == {}
    planned = {id for id, fact in facts().items() if re.search(r"(?i)\btime planned", fact.metric)}
    assert planned & {one.fact for one in COMPARISONS.values()} == {"X199"}


def test_an_outcome_of_the_test_is_compared_with_the_year_of_its_fact() -> None:
    """Where that year has a scenario; 2023 has two, the base year and the one with growth."""
    wrong = {
        one.id: (one.level, year)
        for one in COMPARISONS.values()
        if (one.role, one.kind) == ("test", "outcome")
        and (year := facts()[one.fact].year).isdigit()
        and f"year_{year}" in level_files()
        and one.level not in ({f"year_{year}", BASE} if year == "2023" else {f"year_{year}"})
    }
    assert wrong == {}


NOT_A_REASON = re.compile(r"(?i)\bas [A-Z]\d{3}\b|同[A-Z]\d{3}|[a-z]+_[a-z]+|no longer|had been|已取消")
"""References that a reader has to look up, columns of tables, and what the model was before."""


def test_a_reason_is_given_in_full_and_not_by_an_id_or_by_history() -> None:
    reasons = [
        getattr(one, f"why_{code}") for one in (*COMPARISONS.values(), *load_not_compared()) for code in ("en", "zh")
    ]
    assert [why for why in reasons if NOT_A_REASON.search(why)] == []


def test_every_comparison_has_valid_ids_and_days(world: Corridor) -> None:
    things = {
        *world.ports,
        *world.facilities,
        *world.links,
        *world.services,
        *world.stocks,
        *world.durations,
    }
    run = {name: prepare(world, level(name)).settings for name in {one.level for one in COMPARISONS.values()}}
    for one in COMPARISONS.values():
        assert set(one.of) <= things, one.id
        assert set(one.vehicle_class) <= set(world.classes), one.id
        assert one.kpi in ("", *KPIS), one.id
        settings = run[one.level]
        measured = settings.start + timedelta(days=settings.warmup_days)
        last = settings.start + timedelta(days=settings.days - 1)
        assert measured <= (one.first_day or measured) <= (one.last_day or last) <= last, one.id


def test_all_findings_of_a_file_of_comparisons_are_reported_together(tmp_path: Path) -> None:
    path = tmp_path / "comparisons.csv"
    head = "id,fact,topic,level,what_en,what_zh,measure,of,kpi,unit,published,role,kind"
    rows = [
        "one,T015,trains,base,a,b,flow,manzhouli,vehicles_per_day,trains,5001,test,given",
        "one,T015,trains,base,a,b,flow,manzhouli,vehicles_per_day,trains,5001,test,given",
        "two,T9999,trains,base,a,b,flow,manzhouli,vehicles_per_day,trains,5001,test,given",
        "three,T015,trains,base,a,b,flows,manzhouli,vehicles_per_day,trains,many,exam,given",
        "four,T015,trains,base,a,b,flow,manzhouli,dwell_h_p50,trains,5001,test,given",
    ]
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    with pytest.raises(DataError) as refused:
        load_comparisons(path)
    places = [(finding.row, finding.column) for finding in refused.value.findings]
    assert places == [(3, "id"), (4, "fact"), (5, "published"), (5, "role"), (6, "")]


def test_tolerance_is_fifteen_percent_or_the_published_range() -> None:
    plain = COMPARISONS["T015"]
    assert plain.within(plain.published * 1.149)
    assert not plain.within(plain.published * 1.151)
    ranged = plain.model_copy(update={"low": 1000.0, "high": 5100.0})
    assert ranged.within(1000)
    assert ranged.within(plain.published * 1.149)
    assert not plain.within(math.nan)


# --- figures of a run -----------------------------------------------------------------------------------------------


def value(result: RunResult, **quantity: object) -> float:
    return RunFigures(result).value(Quantity.model_validate(quantity))


def test_a_flow_over_days_equals_the_key_figure(month: RunResult) -> None:
    """The measured period as days of Chinese time has the same crossings except for eight hours at each end."""
    table = value(month, measure="flow", of=("ganqimaodu",), kpi="tonnes_per_day", direction="inbound")
    dated = value(
        month,
        measure="flow",
        of=("ganqimaodu",),
        kpi="tonnes_per_day",
        direction="inbound",
        vehicle_class=("coal_truck", "agv"),
        first_day=date(2023, 3, 11),
        last_day=date(2023, 4, 9),
    )
    assert table > 50_000
    assert dated == pytest.approx(table, rel=0.02)


def test_dwell_on_all_days_and_vehicles_at_the_end_equal_the_key_figures(month: RunResult) -> None:
    for side in ("both", "cn", "foreign"):
        trains = {"of": ("erenhot",), "side": side, "direction": "inbound", "vehicle_class": ("bulk_train",)}
        stay = value(month, measure="stay_h", **trains)
        assert stay == pytest.approx(value(month, measure="kpi", kpi="dwell_h_mean", **trains))
        assert 0 < stay < value(month, measure="kpi", kpi="dwell_h_p95", **trains)
    posts = {"measure": "kpi", "kpi": "dwell_h_mean", **trains}
    each = value(month, **posts | {"side": "each"})
    assert each == pytest.approx((value(month, **posts | {"side": "cn"}) + value(month, **posts)) / 2)
    without_cn = {"of": ("ceke",), "side": "each", "direction": "outbound", "vehicle_class": ("coal_truck",)}
    assert math.isnan(value(month, measure="kpi", kpi="dwell_h_mean", **without_cn)), "one side has none"
    with pytest.raises(ValueError, match="only_kpi_has_each_side"):
        Quantity(measure="stay_h", side="each")
    trucks = {"of": ("ganqimaodu",), "direction": "inbound", "vehicle_class": ("agv",)}
    backlog = value(month, measure="kpi", kpi="backlog_end", **trucks)
    assert value(month, measure="inside", **trucks) == backlog > 0
    day_before = month.case.settings.start - timedelta(days=1)
    assert value(month, measure="inside", last_day=day_before, **trucks) == 0, (
        "no vehicle is there before the first day"
    )


def test_days_begin_at_midnight_of_chinese_time(month: RunResult) -> None:
    """Coal gates work from 08:00 to 19:00, so an open day is one day, and Sundays have none."""
    week = {
        "of": ("ceke",),
        "kpi": "vehicles_per_day",
        "direction": "inbound",
        "first_day": date(2023, 3, 13),
        "last_day": date(2023, 3, 19),
    }
    total = value(month, measure="flow", per="period", **week)
    assert value(month, measure="flow", per="open_day", **week) == pytest.approx(total / 6, rel=0.02)
    assert value(month, measure="flow", **week) == pytest.approx(total / 7)
    assert value(month, measure="peak_day", **week) >= total / 6
    assert CHINA_S == 8 * 3600


def test_loads_speeds_and_durations_equal_the_data(month: RunResult) -> None:
    assert value(month, measure="load", of=("manzhouli",), kpi="teu_per_day", vehicle_class=("cr_express",)) == 108
    assert value(month, measure="duration_min", of=("police_rail", "customs_papers")) == 49
    assert value(month, measure="running_speed", of=("zamyn_uud_ulaanbaatar_road",)) == 52.2
    both = value(month, measure="running_speed", of=("dalian_shenyang", "boketu_hailar"))
    assert both == pytest.approx((397 + 208.4) / (397 / 60 + 208.4 / 50))
    assert value(month, measure="served_an_hour", of=("zabaikalsk_road_out",)) == 12


def test_a_journey_is_longer_than_its_running_time(month: RunResult) -> None:
    hours = value(month, measure="journey_h", of=("cre_mzl_dalian_moscow",))
    assert hours > 12 + 6_600 / 42, "delay on the way to the border, and Russia at 42 km/h"
    best = value(month, measure="best_km_a_day", of=("cre_mzl_dalian_moscow",))
    assert 24 * 8_000 / hours < best < 8_600 / (6_600 / 42 / 24), "no train is faster than the lines of Russia allow"


def test_speed_with_delay_includes_lateness_and_dwell(month: RunResult) -> None:
    quantity = {"side": "cn", "direction": "outbound", "vehicle_class": ("cr_express",)}
    slow = value(month, measure="speed_with_delay", of=("erenhot", "cre_ern_tianjin_moscow"), **quantity)
    stay = value(month, measure="kpi", of=("erenhot",), kpi="dwell_h_mean", **quantity)
    assert slow == pytest.approx(990 / (990 / 60 + 12 + stay))


def test_the_balance_of_a_stock_is_its_level_at_the_end(month: RunResult) -> None:
    stock, days = {"of": ("coal_ganqimaodu",)}, DAYS
    flows = value(month, measure="stock_in", **stock) - value(month, measure="stock_out", **stock)
    (first,) = month.stocks.loc[month.stocks["stock"] == "coal_ganqimaodu", "level_first"]
    assert value(month, measure="stock_end", **stock) == pytest.approx(first + days * flows)


def test_vehicles_that_wait_to_depart_are_those_that_came_less_those_that_travel(month: RunResult) -> None:
    """Boxes for Mongolia wait at Tianjin for admission; the other trains of the table leave their terminals at once."""
    boxes = {"of": ("mongolia_tianjin",)}
    rows = month.facilities.set_index("facility").loc["zamynuud_admission"]
    days = [date(2023, 3, 11) + timedelta(days=day) for day in range(DAYS - WARMUP - 1)]
    queues = [value(month, measure="waiting_to_depart", last_day=day, **boxes) for day in days]
    assert sum(queues) / len(queues) == pytest.approx(rows.mean_queue, rel=0.02)
    assert 0 < max(queues) <= rows.max_queue
    assert value(month, measure="hours_to_departure", **boxes) == pytest.approx(rows.mean_wait_h, rel=0.01)
    assert value(month, measure="departures", per="period", **boxes) == pytest.approx(rows.served, abs=1)
    two_weeks = {"first_day": days[0], "last_day": days[13], **boxes}
    together = value(month, measure="departures", per="period", **two_weeks)
    assert together == 14 * value(month, measure="departures", **two_weeks)
    by_day = [value(month, measure="departures", first_day=day, last_day=day, **boxes) for day in days[:14]]
    assert 0 < together == sum(by_day)
    trucks = {"of": ("truck_ern_out",)}
    assert value(month, measure="hours_to_departure", **trucks) == 0
    assert value(month, measure="waiting_to_depart", **trucks) == 0


def test_departures_of_a_fleet_belong_to_the_journey_that_they_begin(month: RunResult) -> None:
    """A truck makes several trips: a departure is paired with the latest journey before it."""
    hours = value(month, measure="hours_to_departure", of=("coal_truck_ceke",))
    assert 0 <= hours < 24 * 2


def test_a_capacity_in_tonnes_is_that_in_vehicles_times_their_mean_load(month: RunResult) -> None:
    lines = {"measure": "served_an_hour", "of": ("manzhouli_bulk_lines",)}
    load = value(month, measure="load", of=("manzhouli",), vehicle_class=("bulk_train",), kpi="tonnes_per_day")
    assert value(month, **lines, kpi="tonnes_per_day") == pytest.approx(value(month, **lines) * load)
    both = {"measure": "served_an_hour", "of": ("manzhouli_bulk_lines", "manzhouli_container_lines")}
    assert value(month, **both, kpi="vehicles_per_day") == value(month, **both)
    assert value(month, **lines, kpi="tonnes_per_day") < value(month, **both, kpi="tonnes_per_day")


def test_served_and_link_equal_the_tables(month: RunResult) -> None:
    rows = month.facilities.set_index("facility")
    served = value(month, measure="served", of=("zamynuud_transshipment",))
    assert served == pytest.approx(rows.served["zamynuud_transshipment"] / (DAYS - WARMUP))
    assert value(month, measure="link", of=("erenhot_zamyn_uud_1435",)) > 5


def test_trains_on_the_border_line_on_a_day_are_at_most_its_paths(month: RunResult) -> None:
    """Eighteen paths each way. Empty wagons cross with loaded trains but leave no port, so port flows exclude them."""
    line = {"measure": "link_peak_day", "of": ("erenhot_zamyn_uud_1520",)}
    into, out = (value(month, **line, direction=direction) for direction in ("inbound", "outbound"))
    assert 15 <= into <= 18
    assert 13 <= out <= 18
    assert into < value(month, **line) <= into + out
    empty = value(month, **line, direction="outbound", vehicle_class=("empty_train",))
    assert 10 <= empty <= out
    assert value(month, **line, direction="inbound", vehicle_class=("empty_train",)) == 0
    day = {"first_day": date(2023, 3, 15), "last_day": date(2023, 3, 15)}
    assert 0 < value(month, **line, direction="inbound", **day) <= into


def test_a_measured_run_gives_the_figures_of_a_whole_run(month: RunResult) -> None:
    """The runs of a validation have fewer tables; the web page reads the same figures from a whole run."""
    base = [one for one in COMPARISONS.values() if one.level == BASE and one.first_day is None]
    assert len({one.measure for one in base}) > 10
    found = measured_run(month.case)
    assert found.problems == month.problems == ()
    whole = figures(month, base)
    light = {one.id: RunFigures(found).value(one) for one in base}
    assert light == pytest.approx(whole, rel=0, abs=0, nan_ok=True)


def test_a_figure_without_vehicles_is_nan(month: RunResult) -> None:
    assert math.isnan(value(month, measure="kpi", of=("ceke",), kpi="dwell_h_mean", vehicle_class=("cr_express",)))


def test_every_unit_has_a_name_and_a_scale_in_both_languages() -> None:
    used = {one.unit for one in COMPARISONS.values()} | {one.unit for one in load_experiments()}
    keys = {name.lower().replace("/", "_per_").replace(" ", "_") for name in used}
    for language in ("en", "zh"):
        listed = {entry.msgid for entry in catalogue_file(language, "validation")}
        for kind in ("unit", "scale"):
            assert {name for name in listed if name.startswith(f"{kind}.")} == {f"{kind}.{key}" for key in keys}


@pytest.mark.parametrize(
    ("name", "value", "english", "chinese"),
    [("Mt", 37.857, "37.86 Mt", "3,786万吨"), ("1000 t/day", 131.9, "131.9 thousand t/day", "13.19万吨/日")],
)
def test_units_are_scaled_with_the_language(name: str, value: float, english: str, chinese: str) -> None:
    for language, expected in (("en", english), ("zh", chinese)):
        text = validation_tables.say(
            language, "with_unit", value=in_unit(language, value, name), unit=unit(language, name)
        )
        assert text == expected


def test_every_topic_role_and_kind_has_a_name() -> None:
    ids = [f"topic.{topic}" for topic in TOPICS]
    ids += ["role.fit", "role.test", "kind.given", "kind.outcome"]
    assert [id for id in ids for language in ("en", "zh") if not has(f"validation.{id}", language)] == []


def test_every_measure_is_used(world: Corridor) -> None:
    used = {one.measure for one in COMPARISONS.values()} | {one.quantity.measure for one in load_experiments()}
    assert used == set(MEASURES)


def test_figures_of_a_finished_run_by_comparison(month: RunResult) -> None:
    given = [COMPARISONS["P008"], COMPARISONS["T088"]]
    assert figures(month, given) == {"P008": pytest.approx(9), "T088": 117}


# --- years and natural experiments -----------------------------------------------------------------------------------


def test_a_year_is_found_by_its_id() -> None:
    assert find_scenario("year_2021", None)[0].start == date(2020, 12, 1)
    assert {f"year_{year}" for year in range(2019, 2027)} == set(level_files())


@pytest.mark.parametrize(
    "year",
    [pytest.param(year, marks=() if year in (2021, 2024) else pytest.mark.slow) for year in range(2019, 2027)],
)
def test_a_year_has_no_error(year: int) -> None:
    assert main(["check", str(level_files()[f"year_{year}"])]) == 0


@pytest.mark.parametrize(
    ("year", "port", "direction", "first", "last", "trains"),
    [
        (2019, "mzl", "out", "01-01", "04-20", 343),
        (2019, "mzl", "in", "01-01", "04-20", 314),
        (2020, "mzl", "", "01-01", "05-31", 1181),
        (2020, "ern", "out", "01-01", "06-30", 414),
        (2020, "ern", "in", "01-01", "06-30", 542),
        (2020, "ern", "", "03-01", "03-31", 62),
        (2020, "ern", "", "01-01", "11-30", 2158),
        (2021, "ern", "", "01-01", "02-19", 317),
        (2022, "ern", "", "01-01", "02-28", 500),
    ],
)
def test_as_many_trains_start_in_part_of_a_year_as_were_counted(
    year: int, port: str, direction: str, first: str, last: str, trains: int, world: Corridor
) -> None:
    case = prepare(world, level(f"year_{year}"))
    epoch = case.settings.start
    from_h, to_h = ((date.fromisoformat(f"{year}-{day}") - epoch).days * 24 for day in (first, last))
    started = 0.0
    for service in case.corridor.services.values():
        into_china = service.id.rpartition("_")[2] in CHINA
        if service.id.startswith(f"cre_{port}_") and direction in ("", "in" if into_china else "out"):
            _, expected = Schedule(case.corridor, case.settings).operational_time(service)
            started += expected[to_h + 24] - expected[from_h]
    assert started == pytest.approx(trains, rel=0.04), "April 2019 has one level"


GROWN = {"2023-01-05": 254, "2023-06-06": 428, "2023-12-05": 668}


def test_demand_grows_by_months(world: Corridor) -> None:
    """Ceke in 2023: demand for 254 trucks a day in January, 428 in June, 668 from September on."""
    corridor = prepare(world, level("year_2023")).corridor
    epoch = datetime(2022, 12, 31, 16, tzinfo=UTC)
    times_s, levels = Calendars(corridor, epoch, 365 * DAY_S).quota_levels("coal_demand_ceke")
    a_day = np.bincount(times_s // DAY_S, levels, minlength=365)
    at = {day: int(a_day[(date.fromisoformat(day) - date(2023, 1, 1)).days]) for day in GROWN}
    assert at == pytest.approx(GROWN, abs=1), "what a share leaves over is given on a later day"


def test_equal_scenarios_are_run_once(world: Corridor, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[LevelRun] = []

    def recorded(job: LevelRun) -> dict[tuple[str, str], float]:
        ran.append(job)
        return {key: float(job.replication) for key, _ in job.quantities}

    monkeypatch.setattr("sim.studies.validation.levels.figures_of", recorded)
    what = Quantity(measure="duration_min", of=("police_rail",))
    base, year = level(BASE), level("year_2021")
    wanted = {
        "a": ScenarioQuantities(base, {"x": what}),
        "b": ScenarioQuantities(base.model_copy(update={"id": "other"}), {"y": what}),
        "c": ScenarioQuantities(year, {"x": what}),
    }
    found = read(world, wanted, replications=2)
    assert len(ran) == 4
    assert found == {"a": {"x": [0, 1]}, "b": {"y": [0, 1]}, "c": {"x": [0, 1]}}


def test_a_job_runs_its_scenario(world: Corridor) -> None:
    scenario = level(BASE).model_copy(update={"days": 3, "warmup_days": 0})
    what = Quantity(measure="flow", of=("manzhouli",), kpi="vehicles_per_day")
    assert figures_of(LevelRun(world, scenario, ((("a", "x"), what),), 1, 0))["a", "x"] > 0


@pytest.mark.parametrize("one", load_experiments(), ids=lambda one: one.id)
def test_both_sides_of_a_natural_experiment_are_valid(one: NaturalExperiment, world: Corridor) -> None:
    assert set(one.facts) <= set(facts())
    assert one.after.published != one.before.published
    cases = [prepare(world, scenario_of(one, side)) for side in (one.before, one.after)]
    same_world = cases[0].corridor == cases[1].corridor
    assert same_world == (one.before.settings == one.after.settings and one.before.level == one.after.level)
    if same_world:
        assert (one.before.first_day, one.before.last_day) != (one.after.first_day, one.after.last_day)


def _replay(change: float) -> ReplayedExperiment:
    what = MeasuredQuantity(measure="flow", of=("ceke",), kpi="vehicles_per_day")
    of = NaturalExperiment(
        id="x",
        title_en="x",
        title_zh="x",
        facts=("T096",),
        kind="outcome",
        unit="trucks/day",
        before=Side(published=10),
        after=Side(published=20),
        quantity=what,
    )
    return ReplayedExperiment(of, 10, 10 + change, change, change - 1, change + 1)


@pytest.mark.parametrize(("change", "agrees"), [(10, True), (14.9, True), (15.1, False), (6.7, True), (-10, False)])
def test_a_change_agrees_by_its_sign_and_its_size(change: float, agrees: bool) -> None:
    assert _replay(change).agrees == agrees


# --- report and terminal ---------------------------------------------------------------------------------------------


# --- scores and naive forecasts --------------------------------------------------------------------------------------


def compared(id: str, ratio: float, **naive: float) -> ComparedFigure:
    """A comparison whose model is ``ratio`` times the published figure, and naive forecasts likewise."""
    of = COMPARISONS[id]
    forecasts = {name: of.published * share for name, share in naive.items()}
    return ComparedFigure(of, of.published * ratio, -math.inf, math.inf, forecasts)


def test_the_median_difference_is_that_of_absolute_differences() -> None:
    found = score([compared("T015", 1.04), compared("T020", 0.7), compared("T021", 0.9)])
    assert (found.within, found.of) == (2, 3)
    assert found.median_difference == pytest.approx(0.1)
    none = score([ComparedFigure(COMPARISONS["T015"], math.nan, -math.inf, math.inf), compared("T020", 1.0)])
    assert none.within == 1
    assert none.as_json()["median_difference"] is None, "one of two was not measured"
    assert math.isnan(score([]).median_difference)


def test_volumes_are_given_flows_within_five_percent() -> None:
    rows = [compared("T015", 1.049), compared("T020", 1.051), compared("T080", 1.0), compared("P008", 1.0)]
    assert {one.of.id: (one.of.measure, one.of.kind) for one in rows[2:]} == {
        "T080": ("flow", "outcome"),
        "P008": ("duration_min", "given"),
    }
    found = volumes(rows)
    assert (found.within, found.of) == (1, 2)


def test_a_naive_forecast_is_scored_on_the_figures_that_have_it() -> None:
    rows = [compared("T015", 1.0), compared("X015", 1.2, as_in_2023=1.1), compared("X094", 1.1, as_in_2023=0.5)]
    found = naive_score(rows, "as_in_2023")
    assert (found.model.within, found.model.of) == (1, 2)
    assert (found.naive.within, found.naive.of) == (1, 2)
    assert found.naive.median_difference == pytest.approx(0.3)


def test_outcomes_of_the_test_come_first_in_every_list() -> None:
    rows = (compared("T016", 2.0), compared("T015", 2.0), compared("T080", 2.0))
    assert [row.of.id for row in by_part(rows)] == ["T080", "T015", "T016"]
    first, *_ = validation_tables.misses(Record(rows, (), 1, 1), "en")
    assert first.startswith("T080 (test, outcome)")
    assert validation_scores.summary(Record(rows, (), 1, 1), "en")[0].startswith("0 of 1 outcome of the test")
    assert validation_scores.scores(Record(rows, (), 1, 1), "en").rows[0][0] == "test, outcome"


def test_a_naive_forecast_is_read_on_the_same_days_of_an_earlier_year() -> None:
    later = COMPARISONS["X077_january"]
    assert later.level == "year_2024"
    for name in FORECASTS:
        then, quantity = naive_quantities(later)[name]
        assert then == "year_2023"
        assert (quantity.first_day, quantity.last_day) == (date(2023, 1, 1), date(2023, 1, 17))
        assert (quantity.measure, quantity.of, quantity.per) == (later.measure, later.of, later.per)
    leap = later.model_copy(update={"last_day": date(2024, 2, 29)})
    assert naive_quantities(leap)["as_in_2023"][1].last_day == date(2023, 2, 28)
    assert naive_quantities(COMPARISONS["T015"]) == {}, "the base year has none"
    assert set(naive_quantities(COMPARISONS["P042_2019"])) == set(), "no scenario of the year before"
    assert naive_quantities(COMPARISONS["T010"])["year_before"][0] == "year_2020"
    assert set(naive_quantities(COMPARISONS["T010"])) == {"year_before"}
    assert [naive_quantities(COMPARISONS["X034"])[name][0] for name in FORECASTS] == ["year_2023", "year_2024"]


def test_naive_forecasts_are_read_from_the_runs_of_their_years(
    world: Corridor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each run returns its year: the model that of the comparison, a forecast that of the earlier one."""

    def of_year(job: LevelRun) -> dict[tuple[str, str], float]:
        return {key: float(year_of(job.scenario.id)) for key, _ in job.quantities}

    monkeypatch.setattr("sim.studies.validation.levels.figures_of", of_year)
    [row] = validate(world, [COMPARISONS["X034"]], replications=1).rows
    assert (row.model, row.naive) == (2025, {"as_in_2023": 2023, "year_before": 2024})
    plain = Record((row,), (), 1, 1).as_json()
    assert (plain["rows"][0]["as_in_2023"], plain["rows"][0]["year_before"]) == (2023, 2024)
    both = plain["summary"]["naive"]["as_in_2023"]["test_given"]
    assert (both["model"]["of"], both["naive"]["of"]) == (1, 1)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_forecasts_are_shown_beside_the_model(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    later = Record((compared("X094", 1.1, as_in_2023=0.5, year_before=0.5),), (), 1, 1)
    table = validation_scores.forecasts(later, language)  # type: ignore[arg-type]
    assert [row[2:] for row in table.rows] == [(table.rows[0][2], table.rows[0][3], "10%", "50%")] * 2
    heading = validation_tables.say(language, "forecasts")  # type: ignore[arg-type]
    assert heading in html(later, language)  # type: ignore[arg-type]
    assert validation_scores.forecasts(Record((compared("T015", 1.0),), (), 1, 1), "en").rows == ()
    command._show(later)
    assert "Naive forecasts" in capsys.readouterr().out


@pytest.fixture(scope="module")
def record() -> Record:
    """Two comparisons, one of which disagrees, and two natural experiments, without a run."""
    good, bad = COMPARISONS["T015"], COMPARISONS["X168"]
    rows = (ComparedFigure(good, 5000.0, 4990.0, 5010.0), ComparedFigure(bad, 0.5, -math.inf, math.inf))
    return Record(rows, (_replay(10), _replay(-3)), 2, 1)


def test_the_json_keeps_its_contract(record: Record) -> None:
    document = json.loads(json.dumps(record.as_json("zh"), allow_nan=False))
    first, second = document["rows"]
    assert list(first)[: len(CONTRACT)] == CONTRACT
    assert (first["fact"], first["published"], first["within"], first["tolerance"]) == ("T015", 5001, True, TOLERANCE)
    assert (second["ci_low"], second["within"], second["role"]) == (None, False, "test")
    assert second["why"] == COMPARISONS["X168"].why_zh
    assert document["summary"]["test"].items() >= {"within": 1, "of": 2}.items()
    assert document["summary"]["test_outcome"] == {"within": 0, "of": 1, "median_difference": 0.9}
    assert document["summary"]["test_given"]["within"] == 1
    assert document["summary"]["given_volumes"]["test"].items() >= {"within": 1, "of": 1}.items()
    assert document["summary"]["fit"] == {"within": 0, "of": 0, "median_difference": None}
    assert [one["agrees"] for one in document["experiments"]] == [True, False]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_has_figures_and_reasons_and_needs_no_network(record: Record, language: str) -> None:
    page = html(record, language)  # type: ignore[arg-type]
    for one in ("T015", "X168"):
        assert getattr(COMPARISONS[one], f"what_{language}") in page
    assert escape(getattr(COMPARISONS["X168"], f"why_{language}")) in page
    assert re.findall(r'(?:src|href)="http', page) == []
    assert all(escape(getattr(one, f"why_{language}")) in page for one in load_not_compared())


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (-1095.0, 3223.0, "0 to 3,223"),
        (908.9, 1074.0, "908.9 to 1,074"),
        (19.0, 19.0, NO_VALUE),
        (-math.inf, math.inf, NO_VALUE),
    ],
)
def test_an_interval_of_a_figure_that_cannot_be_negative_begins_at_zero(low: float, high: float, text: str) -> None:
    row = ComparedFigure(COMPARISONS["T015"], 1000.0, low, high)
    assert validation_tables.interval(row, "en") == text


def test_a_point_beyond_the_axis_has_an_arrow_and_its_ratio() -> None:
    one = COMPARISONS["T015"]
    rows = tuple(ComparedFigure(one, share * one.published, 0.0, 0.0) for share in (0.1, 1.0, 15.0))
    charts = ratio_charts(Record(rows, (), 2, 1), "en")
    every = [point for data in charts[one.topic].to_dict()["datasets"].values() for point in data if "beyond" in point]
    assert [(point["ratio"], point["beyond"]) for point in every] == [(LEAST, "◂ 0.1"), (1.0, ""), (MOST, "▸ 15")]


def test_the_terminal_ends_with_the_number_of_figures_that_agree(
    record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    command._show(record)
    printed = capsys.readouterr().out
    sentences = ("0 of 1 outcome of the test within tolerance (0%)", "1 of 1 given figure of the test within tolerance")
    assert [printed.count(one) for one in sentences] == [1, 1]
    assert printed.index(sentences[0]) < printed.index(sentences[1]), "outcomes lead"
    assert "1 of 2 natural experiments" in printed
    assert COMPARISONS["X168"].why_en in printed


def test_a_narrow_terminal_has_the_columns_of_the_comparison(
    record: Record, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    headings = {}
    for columns in (80, 160):
        monkeypatch.setenv("COLUMNS", str(columns))
        command._show(record)
        lines = capsys.readouterr().out.splitlines()
        headings[columns] = next(line.split() for line in lines if line.startswith("ID "))
    assert headings[80] == ["ID", "Figure", "Unit", "Published", "Model", "Difference", "Agrees"]
    assert set(headings[80]) < set(headings[160])


def test_an_unknown_row_is_refused_before_any_run(world: Corridor) -> None:
    elsewhere = COMPARISONS["X153"].model_copy(update={"of": ("erenhott",)})
    with pytest.raises(DataError) as refused:
        validate(world, [elsewhere, COMPARISONS["T015"]])
    [finding] = refused.value.findings
    assert (finding.found, finding.nearest, finding.id) == ("erenhott", "erenhot", "X153")
    assert finding.message == message("comparison.unknown_id", "runs")


def test_a_figure_without_vehicles_is_out_of_tolerance(world: Corridor) -> None:
    unmeasured = COMPARISONS["X153"].model_copy(update={"vehicle_class": ("agv",)})
    [row] = record_of(world, unmeasured).rows
    assert math.isnan(row.model)
    assert not row.within
    assert validation_tables.misses(Record((row,), (), 1, 1), "en")


@pytest.mark.parametrize("id", ["X096", "Y034"])
def test_a_record_day_and_a_queue_are_means_of_their_replications_in_runs_of_their_port(
    id: str, world: Corridor, month: RunResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first of them is the figure of the whole model, as random numbers are keyed by name."""
    short = month.case.scenario.model_copy(
        update={"start": date(2023, 3, 1), "days": DAYS, "warmup_days": WARMUP, "stocks_from": "declared"}
    )
    monkeypatch.setattr("sim.studies.validation.record.level", lambda name: short)
    seen: list[tuple[int, int]] = []
    one = COMPARISONS[id].model_copy(
        update={"level": BASE, "first_day": date(2023, 3, 12), "last_day": date(2023, 4, 8), "replications": 3}
    )
    [row] = validate(world, [one], replications=1, progress=lambda *now: seen.append(now)).rows
    assert seen[-1] == (4, 4), "one whole run and three of the port"
    values = [RunFigures(run_scenario(prepare(world, short, replication=number))).value(one) for number in range(3)]
    assert row.model == pytest.approx(np.mean(values))
    assert len(set(values)) > 1
    assert math.isfinite(row.low), "three replications have an interval, one has none"


def test_every_queue_of_trains_has_its_own_replications() -> None:
    """Months of random arrivals are in it, so two replications say little, as of a record day."""
    queues = [one for one in COMPARISONS.values() if one.measure in REPLICATED and one.measure != "peak_day"]
    assert len(queues) > 9
    assert {one.replications for one in queues} == {20}


def test_only_a_record_day_or_queue_of_one_port_has_its_own_replications() -> None:
    known = COMPARISONS["X096"].model_dump()
    for other in ({"of": ("ceke", "ganqimaodu")}, {"measure": "flow"}):
        with pytest.raises(ValueError, match="replications"):
            FactComparison.model_validate(known | other)


def record_of(world: Corridor, comparison: FactComparison) -> Record:
    short = prepare(world, days=2, warmup_days=0).scenario.model_copy(update={"days": 2, "warmup_days": 0})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.studies.validation.record.level", lambda name: short)
        return validate(world, [comparison], replications=1)


@pytest.mark.slow
def test_every_figure_out_of_tolerance_has_its_reason(world: Corridor) -> None:
    found = validate(world, tuple(COMPARISONS.values()), load_experiments(), replications=1, workers=2)
    silent = [row.of.id for row in found.rows if not row.within and not (row.of.why_en and row.of.why_zh)]
    silent += [one.of.id for one in found.experiments if not one.agrees and not (one.of.why_en and one.of.why_zh)]
    assert silent == []
    assert sum(one.agrees for one in found.experiments) >= 3
