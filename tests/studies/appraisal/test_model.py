"""Streams of a programme from made flows, without runs: sums by party, a yard that only fills, flows by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corridors.load import load_corridor
from corridors.overlay.changes import Change
from corridors.overlay.proposals import load_proposals
from sim.core.plan_builder import PlanBuilder
from sim.core.run_settings import RunSettings
from sim.core.units import DAY_S
from sim.engines import simulate
from sim.kpi.service_flows import flow_table
from sim.reports.appraisal_report import write_flows
from sim.reports.appraisal_tables import AppraisalTables
from sim.studies.appraisal import LARGE_RATIO, evaluate, of_runs
from sim.studies.appraisal.document import as_json
from sim.studies.appraisal.generalised import FIGURES, STREAMS, Flows, Pricing
from sim.studies.appraisal.model import Case, Model
from sim.studies.appraisal.parties import CountryShares, entries
from sim.studies.appraisal.prices import load_prices
from sim.studies.appraisal.programme import Delay, Programme, Work, WorkEntry, works_of
from sim.studies.appraisal.runs import REFERENCE, PortRuns, flows_of
from sim.studies.appraisal.schedule import sets_of
from sim.studies.appraisal.spread import swings, together

SERVICES = (("coal_truck_gqm", "coal_truck"), ("cre_ern_beijing_moscow", "cr_express"))
WORK = "m04_erenhot_zamynuud"
SHARES = CountryShares(
    {"coal_truck_gqm": {"MN": 0.9, "CN": 0.1}, "cre_ern_beijing_moscow": {"CN": 0.4, "MN": 0.3, "RU": 0.3}},
    {"coal_truck_gqm": ("MN", "CN"), "cre_ern_beijing_moscow": ("CN", "RU")},
)


def flows(tonnes: tuple[float, float], hours: float) -> Flows:
    """Flows of two anchors, three replications and both services; the wait is half of the hours."""
    values = {
        "load_t": 100.0,
        "charges_usd": 1_000.0,
        "hours": hours,
        "hours_sd": hours / 4,
        "wait_h": hours / 2,
        "loaded_wait_h": hours / 2,
        "co2_kg": 500.0,
    }
    figures = {column: np.full((2, 3, 2), values.get(column, 0.0)) for column in FIGURES}
    figures["delivered_t_per_day"] = (
        np.broadcast_to(np.array(tonnes), (2, 3, 2)) * np.array([1.0, 1.1, 0.9])[None, :, None]
    )
    return Flows(figures)


def model(before: Flows, after: Flows) -> Model:
    corridor = load_corridor()
    prices = load_prices(None, corridor)
    rent = replace(prices.rows["rent.default"], value=9.0)
    royalty = replace(prices.rows["royalty"], value=0.1)
    prices = replace(prices, rows={**prices.rows, "rent.default": rent, "royalty": royalty})
    entry = WorkEntry(proposal=WORK, opens=2028, paid_by={"cn_railway": 0.5, "mn_railway": 0.5})
    programme = Programme(
        id="made", title_en="Made", title_zh="Made", last_year=2040, works=(entry,), futures=("central",)
    )
    works = works_of(programme, load_proposals(), prices)
    known = {("central", REFERENCE): before, ("central", frozenset({WORK})): after}
    port = PortRuns("erenhot", corridor, corridor, SERVICES, frozenset(), known, frozenset(), (), frozenset({WORK}))
    return Model(programme, works, sets_of(works), (2029, 2035), (port,), prices, 0.08)


@pytest.mark.parametrize("proposal", [WORK, ""])
def test_a_work_has_a_chinese_title_where_its_proposal_has_one(proposal: str) -> None:
    """Also beside an English title of its entry, which is in both languages only for a work without a proposal."""
    known, prices = load_proposals(), load_prices(None, load_corridor())
    own: dict[str, Any] = {
        "id": None if proposal else "lane",
        "proposal": proposal,
        "opens": 2029,
        "kind": "line",
        "title_en": "Mine",
    }
    own["changes"] = [] if proposal else [Change(op="add", address="facilities.gashuunsukhait_lanes.servers", value=1)]
    entry = WorkEntry.model_validate({key: value for key, value in own.items() if value})
    programme = Programme(
        id="made", title_en="Made", title_zh="Made", last_year=2040, works=(entry,), futures=("central",)
    )
    [work] = works_of(programme, known, prices)
    assert work.title_en == "Mine"
    assert work.title_zh == (known[WORK].title_zh if proposal else "Mine")


def test_streams_by_party_sum_to_streams_and_transfers_to_nothing() -> None:
    made = model(flows((1_000, 2_000), 60), flows((1_300, 2_200), 40))
    found = entries(made, "central", SHARES)
    port = made.ports[0]
    streams = made.benefits(port, "central", made.prices.central).sum(axis=3)
    for n, stream in enumerate(STREAMS):
        booked = sum(one.values for one in found if one.stream == stream)
        assert np.asarray(booked) + np.zeros_like(streams[n]) == pytest.approx(streams[n]), stream
    assert sum(one.values for one in found if one.stream == "royalty") == pytest.approx(0.0)
    assert any(one.stream == "royalty" for one in found)


def test_many_points_of_prices_have_the_values_of_each_alone() -> None:
    """Prices, costs, rates, delays and waiting without a plan; together by arrays as one by one."""
    made = model(flows((1_000, 2_000), 60), flows((1_300, 2_200), 40))
    made = Model(
        *(made.programme, [replace(made.works[0], delay=Delay(low=0, high=3))], made.sets, made.anchors),
        *(made.ports, made.prices, made.rate),
    )
    central = made.prices.central
    points = [
        (central, Case()),
        ({**central, "detour.cr_express": 4.0, "admission_h": 70.0}, Case(rate=0.03)),
        ({**central, "carbon.2030": 100.0, "sd_ratio": 0.8, "uplift.line": 0.44}, Case(capital={WORK: 7.0})),
        ({**central, "rent.default": 3.0}, Case(yearly={WORK: 2.0}, late={WORK: 2})),
        ({**central, "cargo.cr_express": 1800.0}, Case(plan=False)),
    ]
    alone = [float(made.npv("central", point, case).mean()) for point, case in points]
    assert made.mean_npvs("central", points) == pytest.approx(alone, rel=1e-12)
    assert len({round(value, 6) for value in alone}) == len(alone)


def test_works_that_are_late_bring_what_they_would_if_planned_for_then() -> None:
    """Delays of works are drawn independently, so three late works may open in any order; each has its set of works."""
    one = model(flows((1_000, 2_000), 60), flows((1_300, 2_200), 40))
    works = [
        replace(one.works[0], id=id, opens=opens, ramp=ramp, delay=Delay(low=low, high=high))
        for id, opens, ramp, low, high in (("a", 2028, (), 0, 4), ("b", 2029, (0.5,), 1, 3), ("c", 2029, (), 2, 2))
    ]
    every = [frozenset(some) for n in range(4) for some in combinations("abc", n)]
    known = {("central", some): flows((1_000 + 100 * k, 2_000), 60 - k * k) for k, some in enumerate(every)}
    port = replace(one.ports[0], flows=known, works=frozenset("abc"))

    def planned(works: Sequence[Work]) -> Model:
        return Model(one.programme, works, sets_of(works), one.anchors, (port,), one.prices, one.rate)

    made, point = planned(works), one.prices.central
    orders = set()
    for late in product(*({0, *range(work.delay.low, work.delay.high + 1)} for work in works)):
        case = Case(late=dict(zip("abc", late, strict=True)))
        moved = [replace(work, opens=work.opens + case.late[work.id], delay=Delay()) for work in works]
        orders.add(tuple(sorted("abc", key=lambda id, moved=moved: next(w.opens for w in moved if w.id == id))))
        found, expected = made.total_benefits("central", point, case), planned(moved).total_benefits("central", point)
        assert found == pytest.approx(expected), late
    assert len(orders) == 6
    spread = together(made, "central", 300)
    assert spread.p05 < spread.p50 < spread.p95
    assert all(np.isfinite([swing.at_low, swing.at_high]).all() for swing in swings(made, "central"))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_sentence_on_money_names_its_share_of_assumed_prices(language: str) -> None:
    """And the first screen: the answer, where it turns, on which price it hangs, who pays, a ratio that is too good."""
    made = model(flows((1_000, 2_000), 60), flows((1_300, 2_200), 40))
    tables = AppraisalTables(evaluate(made, SHARES), load_corridor(), language)
    share = f"{tables.main.assumed_share:.0%}"
    assert 0 < tables.main.assumed_share < 1
    first, *rest = tables.first_screen()
    money = [first, *(one for key, one in tables.findings().items() if key != "cumulative")]
    assert len(money) == 4
    assert all(share in sentence for sentence in money)
    turn, hangs, who = rest
    cargo = made.prices.rows["cargo.cr_express"]
    meaning = {"en": cargo.meaning_en, "zh": cargo.meaning_zh}[language]
    assert meaning in turn
    assert tables.names.grade(cargo.grade) in turn
    widest, *others = tables.found.swings
    assert widest.width > max(one.width for one in others)
    largest = max(tables.main.streams, key=lambda one: abs(tables.main.streams[one]))
    for text in (tables.factor(widest.factor), tables.swings().rows[0][0], tables.named("stream", largest)):
        assert text in hangs
    assert tables.named("country", "CN") in who
    assert tables.main.bcr
    large = any(one.bcr and one.bcr[0] > LARGE_RATIO for one in tables.found.futures.values())
    assert bool(tables.ratio_warning()) == large
    assert tables.answer().count(tables.ratio_warning()) == large
    assert tables.ratio_warning() not in tables.warnings()
    assert tables.answer()[0] == first


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_appraisal_depends_most_on_the_number_that_moves_it_most(language: str) -> None:
    """Though it is not the price of the largest part of the benefits."""
    made = model(flows((1_000, 2_000), 60), flows((1_300, 2_200), 40))
    found = evaluate(made, SHARES)
    rate = next(one for one in found.swings if one.factor.kind == "rate")
    others = tuple(one for one in found.swings if one is not rate)
    widest = replace(rate, at_low=-(10.0**6), at_high=10.0**6)
    tables = AppraisalTables(replace(found, swings=(widest, *others)), load_corridor(), language)
    (sentence,) = tables.hangs()
    assert tables.factor(rate.factor) in sentence


@pytest.mark.parametrize(
    ("days", "warmup_days", "codes"),
    [
        (396, 31, []),
        (365, 0, ["warning.cold"]),
        (60, 31, ["warning.short"]),
        (30, 0, ["warning.short", "warning.cold"]),
    ],
)
def test_an_appraisal_says_that_its_runs_are_short_or_begin_with_empty_ports(
    days: int, warmup_days: int, codes: list[str]
) -> None:
    made = model(flows((1_000, 2_000), 60), flows((1_300, 2_200), 40))
    found = of_runs(made, RunSettings(date(2023, 1, 1), days, warmup_days), SHARES)
    assert [one.code for one in found.warnings if one.code in ("warning.short", "warning.cold")] == codes


def test_works_that_change_no_flow_bring_nothing() -> None:
    same = flows((1_000, 2_000), 60)
    assert not model(same, same).total_benefits("central", load_prices(None, load_corridor()).central).any()


def test_a_yard_that_only_fills_brings_nothing() -> None:
    """More crosses, nothing is delivered: shorter waits are worth nothing to 0 t."""
    made = model(flows((0, 0), 60), flows((0, 0), 40))
    assert not made.total_benefits("central", made.prices.central).any()


def with_lanes(servers: int) -> tuple[float, Flows]:
    """Tonnes a day that cross, and flows: ten trucks an hour, 12 minutes at a lane, a yard that no train empties."""
    b = PlanBuilder(4 * DAY_S)
    b.stock("yard", 0, None, port="ganqimaodu", side="cn", kind="cargo", unit="t")
    gate = b.facility("gate", servers)
    b.service("coal_truck_gqm", vehicle_class="coal_truck", t=100.0)
    b.serve(gate, 12 * 60, "clear", port="ganqimaodu", direction="inbound", side="cn")
    b.give_back(0, 100, "unload", port="ganqimaodu", direction="inbound", side="cn")
    b.end()
    b.vehicles([k * 360 for k in range(960)])
    rows = flow_table(simulate(b.build())).assign(replication=0)
    return float(rows["tonnes_per_day"].sum()), flows_of([rows], 1, SERVICES[:1])


def test_a_lane_in_front_of_a_shut_yard_brings_crossings_and_no_benefit() -> None:
    (crossed, before), (more, after) = with_lanes(1), with_lanes(2)
    assert crossed == pytest.approx(100.0 * 120, rel=0.01)
    assert more == pytest.approx(2 * crossed, rel=0.01)
    prices = load_prices(None, load_corridor())
    pricing = Pricing(prices, SERVICES[:1], frozenset())
    found = pricing.benefit(before, after, prices.central, np.array([2030.0]))
    assert not found.total.any()


def test_the_net_value_is_the_sum_of_the_file_of_flows(tmp_path: Path) -> None:
    made = model(flows((1_000, 2_000), 60), flows((1_300, 2_200), 40))
    found = evaluate(made, SHARES)
    write_flows(tmp_path / "flows.csv", found)
    rows = [line.split(",") for line in (tmp_path / "flows.csv").read_text().splitlines()[1:]]
    total = sum(float(row[-1]) for row in rows)
    assert total == pytest.approx(found.futures["central"].npv.estimate, rel=1e-3)
    assert as_json(found)["futures"]["central"]["npv"]["value"] == pytest.approx(total, rel=1e-3)
