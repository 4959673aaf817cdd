"""Years of saturation: loads worked out by hand, years by compound growth, and runs that say the same."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from corridors.checks.capacity import offered as asked_by_the_checks
from corridors.io.cache_folder import REUSE
from corridors.load import load_corridor
from corridors.messages import message
from corridors.model import Corridor
from corridors.overlay.changes import Change
from corridors.overlay.demand_scenarios import (
    DemandScenario,
    DemandScenarioId,
    DemandScenarios,
    Factors,
    Growth,
    load_demand_scenarios,
)
from corridors.overlay.proposals import Proposal
from sim.core.run_settings import RunSettings
from sim.reports.saturation_tables import SaturationTables
from sim.run import prepare
from sim.studies.saturation import SaturationYears, YearInRuns, offered_load, saturation_years
from sim.studies.saturation.confirm import confirm
from sim.studies.saturation.years import since
from sim.text.names import Names
from tests.conftest import Told
from tests.helpers.browser import drawn_in_browser
from tests.helpers.worlds import (
    calendar,
    closure,
    departure,
    duration,
    facility,
    itinerary,
    link,
    parameter,
    place,
    port,
    service,
    share,
    shift,
    step,
    stock,
    vehicle_class,
    world,
)

SETTINGS = RunSettings(date(2025, 1, 1), days=60, warmup_days=10)
ACROSS = {"port": "gate", "direction": "outbound"}
GROUP = ("gate", "outbound", "train")


def border(minutes: float = 48.0, **given: Any) -> Corridor:
    """Twenty-four trains a day through one pair of hands for 48 minutes each: a load of 0.8."""
    return world(
        place("city"),
        place("border"),
        port("gate"),
        facility("customs", port="gate", kind="customs", **given),
        duration("papers", minutes),
        itinerary(
            "trip",
            step("mark", place="border"),
            step("serve", facility="customs", duration="papers", place="border", **ACROSS),
        ),
        service("trains", "trip", per_day=24),
    )


def growth(percent: float = 10.0, **given: Any) -> DemandScenarios:
    """So many percent a year from 2025 to 2030, one more in the high and one less in the low future."""
    low, central, high = (float((1 + (percent + more) / 100) ** 5) for more in (-1, 0, 1))
    path = {"id": "trains", "title_en": "Trains", "title_zh": "列车", "classes": ("train",), "grade": "assumed"}
    points = (Factors(year=2030, low=low, central=central, high=high),)
    names = {"low": "低", "central": "中", "high": "高"}
    return DemandScenarios(
        base_year=2025,
        futures=tuple(DemandScenario(id=id, title_en=id, title_zh=zh) for id, zh in names.items()),  # type: ignore[arg-type]
        paths=(Growth(**{**path, "source": "test", "factors": points, **given}),),
    )


EVERY: tuple[DemandScenarioId, ...] = ("low", "central", "high")


def of(
    corridor: Corridor,
    futures: DemandScenarios | None = None,
    selected: Sequence[DemandScenarioId] = EVERY,
    **proposals: Proposal,
) -> SaturationYears:
    return saturation_years(
        corridor, futures or growth(), SETTINGS, selected=selected, last_year=2030, proposals=proposals
    )


def proposal(*changes: Change) -> Proposal:
    return Proposal(id="more", title_en="More", title_zh="更多", measure="M04", article="1", changes=changes)


MORE_HANDS = proposal(Change(op="add", address="facilities.customs.servers", value=1))


def loads(corridor: Corridor, settings: RunSettings = SETTINGS) -> dict[str, float]:
    """By facility, in the base year, over all services."""
    return {thing: sum(own.values()) for thing, own in offered_load(corridor, settings).loads({}).items()}


def load(corridor: Corridor, thing: str) -> float:
    return loads(corridor)[thing]


def test_load_is_work_over_capacity() -> None:
    assert load(border(), "customs") == pytest.approx(0.8)
    assert load(border(servers=2), "customs") == pytest.approx(0.4)
    assert load(border(mtbf_h=90.0, mttr_h=10.0), "customs") == pytest.approx(0.8 / 0.9)


def test_what_is_closed_has_no_capacity() -> None:
    """Twelve hours a day, and ten of the fifty measured days shut."""
    by_day = [calendar("day"), shift("day", "08:00", "20:00")]
    halved = world(*_rows(border(calendar="day")), *by_day)
    assert load(halved, "customs") == pytest.approx(1.6)
    shut = world(*_rows(halved), closure("customs", "2025-01-21", "2025-01-30"))
    assert load(shut, "customs") == pytest.approx(2.0)


def _rows(corridor: Corridor) -> list[Any]:
    return [row for name in vars(corridor) for row in corridor.table(name).values()]


def test_a_track_is_kept_through_all_that_follows_and_a_branch_is_taken_by_its_share() -> None:
    """Kept for 30 min, one in four another 60: 45 min of 1,440 for 16 trains. The path: 16 of 20 a day, two hours each
    way; its headway and not its running time makes the load."""
    corridor = world(
        place("border"),
        place("far"),
        port("gate", "border", "far"),
        link("border", "far", length_km=120, paths_per_day=20.0),
        facility("track", port="gate", kind="track"),
        facility("customs", port="gate", kind="customs"),
        facility("search", port="gate", kind="inspection"),
        [duration("papers", 30), duration("opened", 60)],
        share("searched", 0.25),
        itinerary(
            "trip",
            step("mark", place="border"),
            step("hold", facility="track", place="border", **ACROSS),
            step("serve", facility="customs", duration="papers", place="border", **ACROSS),
            step("branch", share="searched", to="released", **ACROSS),
            step("serve", facility="search", duration="opened", place="border", **ACROSS),
            step("mark", step="released", place="border", **ACROSS),
            step("free", facility="track", **ACROSS),
            step("travel", place="far", mode="rail_1435"),
        ),
        service("trains", "trip", per_day=16),
    )
    found = offered_load(corridor, SETTINGS)
    assert loads(corridor) == pytest.approx(
        {"track": 16 * 45 / 1440, "customs": 16 * 30 / 1440, "search": 4 * 60 / 1440, "border_far": 0.8}
    )
    assert found.ports == {GROUP: ("customs", "search", "track")}
    assert found.sections == {"border_far": ("border_far",)}


def test_vehicles_of_a_timetable_are_a_load_though_no_rate_is_stated() -> None:
    """Two a day of 30 min, and two on each of 30 of the 60 days: 90 min of 1,440."""
    days = [date(2025, 1, 1) + timedelta(days=n) for n in range(30)]
    corridor = world(
        place("border"),
        port("gate", "border", "border"),
        facility("customs", port="gate", kind="customs"),
        duration("papers", 30),
        itinerary(
            "trip",
            step("mark", place="border"),
            step("serve", facility="customs", duration="papers", place="border", **ACROSS),
        ),
        service("weekly", "trip", arrivals="timetable"),
        [departure(f"w{n}", "weekly", "06:00") for n in range(2)],
        service("dated", "trip", arrivals="timetable"),
        [departure(f"d{n}", "dated", "12:00", day=day.isoformat(), vehicles=2) for n, day in enumerate(days)],
    )
    assert loads(corridor) == pytest.approx({"customs": (2 + 1) * 30 / 1440})
    run = {"run_start": 20250101.0, "run_days": 60.0, "run_warmup_days": 0.0}
    declared = replace(corridor, parameters={id: parameter(id, value) for id, value in run.items()})
    assert asked_by_the_checks(declared).minutes["customs"] == pytest.approx((2 + 1) * 30)
    assert asked_by_the_checks(corridor).minutes["customs"] == pytest.approx((2 + 2) * 30)  # On the days of the lines.


def fleet(vehicles: int) -> Corridor:
    """Trucks that take six hours and 30 minutes in two gates and a lane: 12 min at one, 18 at the other."""
    return world(
        place("mine"),
        place("border"),
        port("gate"),
        facility("out", port="gate", kind="gate"),
        facility("back", port="gate", kind="gate"),
        [duration("way", 180), duration("weigh", 18), duration("look", 12)],
        itinerary(
            "round",
            step("mark", place="border"),
            step("travel", place="border", duration="way"),
            step("serve", facility="out", duration="weigh", place="border", **ACROSS),
            step("travel", place="border", duration="way"),
            step("serve", facility="back", duration="look", place="border", **ACROSS),
        ),
        service("trucks", "round", fleet=vehicles),
    )


def test_a_closed_fleet_has_a_knee_and_only_what_binds_fills_up() -> None:
    """Round of 390 min, 18 of them at the slower gate: the knee is at 390 / 18 = 21.7 trucks (Denning and Buzen)."""
    assert load(fleet(13), "out") == pytest.approx(13 * 18 / 390)
    few, many = loads(fleet(13)), loads(fleet(65))
    assert few["back"] == pytest.approx(13 * 12 / 390)
    assert many["out"] == pytest.approx(3.0)
    assert many["back"] == pytest.approx(12 / 18), "no more than the slower gate lets through"


def test_opening_hours_make_the_round_of_a_fleet_longer() -> None:
    """Shut for 12 hours of every day. A truck on a long round, which comes at any time, waits 12 x 12 / 24 / 2 = 3 h;
    one that needs 60 minutes for a round makes rounds all day and none at night: half as many rounds."""
    by_day = [calendar("day"), shift("day", "08:00", "20:00")]
    gates = [facility(id, port="gate", kind="gate", calendar="day") for id in ("out", "back")]
    kept = [row for row in _rows(fleet(13)) if getattr(row, "id", "") not in ("out", "back")]
    assert load(world(*kept, *gates, *by_day), "out") == pytest.approx(13 * 18 / (390 + 180) * 2, rel=0.01)
    near = [row for row in kept if getattr(row, "id", "") != "way"]
    assert load(world(*near, duration("way", 15), *gates, *by_day), "out") == pytest.approx(13 * 18 / 60, rel=0.01)


def test_who_goes_first_is_not_kept_waiting_by_those_who_go_later() -> None:
    """Trains 0.8 at priority 1 and lorries 0.5 at priority 2: the lorries' queue grows, that of the trains does not."""
    both = world(
        *_rows(border()),
        vehicle_class("lorry"),
        duration("stamp", 30),
        itinerary(
            "road",
            step("mark", place="border"),
            step("serve", facility="customs", duration="stamp", place="border", **ACROSS),
        ),
        service("lorries", "road", per_day=24, vehicle_class="lorry", priority=2),
    )
    by_class = {row.klass: row for row in of(both, selected=["central"]).rows}
    assert by_class["train"].loads[2025] == pytest.approx(0.8)
    assert by_class["lorry"].loads[2025] == pytest.approx(1.3)
    assert (by_class["train"].year, by_class["lorry"].year) == (2028, 2025)


def test_a_daily_quota_is_a_capacity() -> None:
    corridor = world(
        *_rows(border()),
        stock("places", initial=20, capacity=20, daily_quota=20, kind="quota", port="gate"),
        itinerary("asked", step("mark", place="border"), step("draw", stock="places", place="border", **ACROSS)),
        service("others", "asked", per_day=15),
    )
    assert load(corridor, "places") == pytest.approx(0.75)
    assert "places" in offered_load(corridor, SETTINGS).ports[GROUP]


def test_the_year_follows_from_compound_growth() -> None:
    """0.8 x 1.1^2 = 0.968 and x 1.1^3 = 1.065: full in 2028; at 9 % 0.8 x 1.09^3 = 1.036, and at 11 % 1.094 as well."""
    found = of(border())
    row = found.row(("port", *GROUP), "central")
    assert row
    assert (row.year, row.binds, row.closed) == (2028, "customs", False)
    assert row.loads == pytest.approx({2025 + n: 0.8 * 1.1**n for n in range(6)})
    assert [one.year for one in found.rows] == [2028, 2028, 2028]
    assert [one.year for one in of(border(), growth(4.0)).rows] == [None, None, 2030]
    assert [one.year for one in of(border(60)).rows] == [2025, 2025, 2025]


def test_a_proposal_moves_the_year() -> None:
    """With two pairs of hands 0.4 x 1.2^5 = 0.995 and x 1.21^5 = 1.04 in 2030."""
    found = of(border(), growth(20.0), more=MORE_HANDS)
    assert [(move.before.future, move.before.year, move.after.year) for move in found.changes] == [
        ("low", 2027, None),
        ("central", 2027, None),
        ("high", 2027, 2030),
    ]
    idle = proposal(Change(op="set", address="services.trains.priority", value=3))
    assert of(border(), growth(20.0), more=idle).changes == ()


def test_full_from_a_year_means_in_all_that_follow() -> None:
    assert since({2025: False, 2026: True, 2027: False, 2028: True, 2029: True}) == 2028
    assert since({2025: True, 2026: True}) == 2025
    assert since({2025: True, 2026: False}) is None


def test_the_load_of_the_base_year_is_what_the_checks_of_the_data_say() -> None:
    """Two walks through the same itineraries, written apart; those always open and without fleets can be compared."""
    corridor = load_corridor()
    found = offered_load(corridor, prepare(corridor).settings)
    minutes, here = asked_by_the_checks(corridor).minutes, loads(corridor, prepare(corridor).settings)
    compared = 0
    for id, row in corridor.facilities.items():
        if row.calendar or id not in here or set(found.shares[id]) & found.fleets:
            continue
        up = row.mtbf_h / (row.mtbf_h + row.mttr_h) if row.mtbf_h and row.mttr_h else 1.0
        assert here[id] == pytest.approx(minutes[id] / (row.servers * up * 1440), rel=1e-3), id
        compared += 1
    assert compared > 25


def test_more_growth_never_saturates_later_and_every_port_is_told() -> None:
    corridor, futures = load_corridor(), load_demand_scenarios()
    settings = prepare(corridor).settings
    found = saturation_years(corridor, futures, settings, selected=("low", "high"), last_year=2035, proposals={})
    years = {(row.key, row.future): row.year or 2036 for row in found.rows}
    keys = {key for key, _ in years}
    assert all(years[key, "high"] <= years[key, "low"] for key in keys)
    assert {key[1] for key in keys if key[0] == "port"} == set(corridor.ports)
    assert len([key for key in keys if key[0] == "section"]) > 20


def test_runs_say_the_same_and_what_proposals_do(tmp_path: Path) -> None:
    """0.6 x 1.3^2 = 1.01 in 2027 is too close to 1 for 60 days; from 2028 on every run must grow, in 2026 none."""
    corridor, futures = border(36), growth(30.0)
    by_load = of(corridor, futures, ["central"], more=MORE_HANDS)
    found = confirm(by_load, corridor, {"more": MORE_HANDS}, SETTINGS, tmp_path / "out", replications=4)
    seen = found.in_runs["", "central", ("port", *GROUP)]
    assert seen.replications == 4
    assert {seen.earliest, seen.median, seen.latest} <= {2027, 2028}
    with_more = found.in_runs["more", "central", ("port", *GROUP)]
    assert with_more.median is not None
    assert with_more.median >= 2029  # 0.3 x 1.3^4 = 0.86, 1.3^5: 1.11
    again = confirm(by_load, corridor, {"more": MORE_HANDS}, SETTINGS, tmp_path / "out", replications=4)
    assert again.in_runs == found.in_runs
    made = SaturationTables(found, Names.of(corridor), {"more": MORE_HANDS})
    (row,) = made.ports().rows
    assert row[2:6] == ("0.60", "1.01", "2.23", "2027")  # 0.6, 0.6 x 1.3^2 and, in the last year, 0.6 x 1.3^5
    assert "More" in made.moves_in_runs().rows[0]
    (words,) = made.sentences()
    assert words.startswith("Gate, Train, outbound: full in 2027 (central), in runs 202")
    assert words.endswith('; with "More" in 2030')


def test_runs_of_a_closed_fleet_show_the_gate_at_its_limit(tmp_path: Path) -> None:
    corridor, futures = fleet(14), growth(30.0)
    found = confirm(of(corridor, futures, ["central"]), corridor, {}, SETTINGS, tmp_path / "out", replications=2)
    row = found.row(("port", *GROUP), "central")
    assert row
    assert (row.closed, row.year) == (True, 2027)  # 14 x 1.3^2 = 23.7 trucks, above the knee of 21.7
    assert found.in_runs["", "central", row.key] == YearInRuns(2027, 2027, 2027, 2)


FUTURES = """\
base_year: 2025
futures:
  - {id: central, title_en: central, title_zh: 中方案}
paths:
  - id: trucks
    title_en: Trucks
    title_zh: 卡车
    classes: [truck]
    factors: [{year: 2030, low: 1.5, central: 2.5, high: 4}]
    grade: assumed
    source: test
"""


@pytest.mark.browser
def test_the_command_tells_prints_and_writes(
    browser: Any, bridgehead: Callable[..., Told], mine: Path, tmp_path: Path
) -> None:
    (mine / "futures.yaml").write_text(FUTURES, encoding="utf-8")
    files = ["--json", tmp_path / "figures.json", "--report", tmp_path / "figures.html"]
    short = ["--confirm", "--replications", 2, "--days", 60, "--workers", 1, "--until", 2027]
    answer = bridgehead("saturation", "--data", mine, *map(str, (*short, *files)))
    assert answer.status == 0, answer.err
    words = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert [row["year"] for row in words["rows"] if row["kind"] == "port" and row["class"] == "truck"]
    assert {row["replications"] for row in words["in_runs"]} == {2}
    page = (tmp_path / "figures.html").read_text(encoding="utf-8")
    for word in ("Binding facility", "full in 2027", "in runs"):
        assert word in answer.out
        assert word in page
    assert drawn_in_browser(browser, page, tmp_path) == 2


def test_the_command_in_chinese(bridgehead: Callable[..., Told], mine: Path) -> None:
    (mine / "futures.yaml").write_text(FUTURES, encoding="utf-8")
    answer = bridgehead("saturation", "--data", mine, "--language", "zh")
    assert answer.status == 0, answer.err
    assert "2027年饱和（中方案）" in answer.out
    assert "truck" not in answer.out, "names, not ids"


def test_failed_runs_end_the_command_with_the_first_reason(
    bridgehead: Callable[..., Told], mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (mine / "futures.yaml").write_text(FUTURES.replace("base_year: 2025", "base_year: 2023"), encoding="utf-8")
    broken = [message("conservation.waiting_balance", "runs", facility="gate", over_time=1, over_visits=2)]
    monkeypatch.setattr("sim.output.conservation.check", lambda trace: broken)
    monkeypatch.setenv(REUSE, "0")
    short = ("--confirm", "--replications", 2, "--days", 60, "--workers", 1, "--until", 2024)
    answer = bridgehead("saturation", "--data", mine, *short)
    assert answer.status == 1
    assert "4 runs failed" in answer.err
    assert "gate: waiting time does not balance" in answer.err


def test_wrong_input_of_the_command(bridgehead: Callable[..., Told], mine: Path) -> None:
    words = bridgehead("saturation", "--data", mine)
    assert words.status == 2
    assert "futures.yaml" in words.err
    (mine / "futures.yaml").write_text(FUTURES.replace("[truck]", "[trucks]"), encoding="utf-8")
    for options, part in (((), "truck"), (("--future", "hihg"), "central"), (("--until", "2020"), "2025")):
        text = FUTURES if options else FUTURES.replace("[truck]", "[trukc]")
        (mine / "futures.yaml").write_text(text, encoding="utf-8")
        words = bridgehead("saturation", "--data", mine, *options)
        assert words.status == 2, options
        assert part in words.err
        line = next(k for k, text in enumerate(text.splitlines(), start=1) if "trukc" in text) if not options else 0
        assert not line or f"error: futures.yaml, line {line}, " in words.err
    parameters = mine / "parameters.csv"
    parameters.write_text(re.sub("(run_warmup_days,)7", r"\g<1>70", parameters.read_text(encoding="utf-8-sig")))
    words = bridgehead("saturation", "--data", mine, "--confirm", "--days", "60")
    assert words.status == 2
    assert "error: --days: The run is within the warm-up; expected more than the 70 days of the warm-up" in words.err
    assert bridgehead("saturation", "--proposal", "m04_erenhot_lien").status == 2


def test_the_former_name_calls_the_command(bridgehead: Callable[..., Told], mine: Path) -> None:
    (mine / "futures.yaml").write_text(FUTURES, encoding="utf-8")
    now, former = (bridgehead(name, "--data", mine, "--until", "2027") for name in ("saturation", "horizons"))
    assert (former.status, former.out) == (0, now.out)


def coal_fleet(wanted: int) -> Corridor:
    """Forty trucks with a round of ten hours, that is 96 trips a day at most, and demand for some of them."""
    return world(
        place("border"),
        port("gate"),
        stock("orders", kind="demand", daily_quota=wanted, day_cv=0.3),
        facility("lane", servers=10, port="gate", kind="gate"),
        duration("check", 60, cv=0),
        duration("round", 540, cv=0),
        itinerary(
            "trip",
            step("mark", place="border"),
            step("draw", stock="orders"),
            step("serve", facility="lane", duration="check", place="border", **ACROSS),
            step("travel", place="border", duration="round"),
        ),
        service("trucks", "trip", arrivals="fleet", fleet=40, per_day=0),
    )


@pytest.mark.parametrize(("wanted", "trips"), [(48, 48), (96, 96), (500, 96)])
def test_a_fleet_offers_no_more_trips_than_there_is_demand_for(wanted: int, trips: int) -> None:
    load = offered_load(coal_fleet(wanted), SETTINGS)
    assert load.shares["lane"]["trucks"] == pytest.approx(trips / 240)
    assert "orders" not in load.shares


def test_fleets_share_a_demand_by_the_trips_that_each_could_make() -> None:
    corridor = coal_fleet(48)
    more = replace(corridor.services["trucks"], id="more_trucks", fleet=80)
    shares = offered_load(replace(corridor, services={**corridor.services, "more_trucks": more}), SETTINGS).shares
    assert shares["lane"] == pytest.approx({"trucks": 16 / 240, "more_trucks": 32 / 240})


def test_growth_scales_a_fleet_and_the_demand_for_its_trips() -> None:
    grown = growth().changes(coal_fleet(48), "central", 2030)
    assert [(one.op, one.address) for one in grown] == [
        ("scale", "services.trucks.fleet"),
        ("scale", "stocks.orders.daily_quota"),
    ]
