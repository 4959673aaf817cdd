"""Experiments: the same file gives the same scenarios; every inconsistency of file and data is reported."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from corridors.checks import check
from corridors.findings import DataError, Finding
from corridors.io.folders import data_root
from corridors.load import load_corridor
from corridors.messages import message
from corridors.overlay.applying import apply
from corridors.overlay.proposals import Proposal, Scenario, load_proposals, load_scenario
from sim.experiments.designs import Design, Range, points
from sim.experiments.expansion import check_experiment, expand, repeated_points
from sim.experiments.experiment import Experiment, load_experiment
from sim.run import prepare
from sim.text.catalogue import sentence
from tests.helpers.small_border import small_border

START = {"start": "2026-01-05", "days": 20, "warmup_days": 5}
LINE: dict[str, Any] = {"op": "add", "address": "facilities.bays.servers", "value": 1}


def experiment(**given: Any) -> Experiment:
    return Experiment.model_validate(
        {"id": "trial", "title_en": "Trial", "title_zh": "试验", "replications": 3, **START} | given
    )


def proposal(id: str, *changes: dict[str, Any]) -> Proposal:
    answer = {"title_en": id.upper(), "title_zh": f"{id}号", "measure": "M01", "article": "1"}
    return Proposal.model_validate({"id": id, "changes": changes or [LINE], **answer})


def scenarios(*known: Proposal, **given: Any) -> list[Scenario]:
    return expand(experiment(**given), small_border(), {one.id: one for one in known})


def findings(*known: Proposal, **given: Any) -> list[Finding]:
    return check_experiment(experiment(**given), small_border(), {one.id: one for one in known})


def set_to(scenario: Scenario) -> list[Any]:
    return [change.value for change in scenario.changes]


def test_an_error_that_a_scenario_causes_in_a_table_is_one_of_the_scenario() -> None:
    change = {"op": "set", "address": "facilities.customs.mttr_h", "value": ""}
    [own] = findings(scenarios=[{"id": "no_repair", "changes": [change]}])
    assert (own.file, own.id, own.column) == ("trial.yaml", "no_repair", "facilities.customs.mttr_h")
    [of_proposal] = findings(proposal("no_repair", change), proposals="all")
    assert (of_proposal.file, of_proposal.column) == ("no_repair", "facilities.customs.mttr_h")
    too_long = [{"op": "set", "address": "facilities.customs.mtbf_h", "value": 1e-7}]
    found = findings(scenarios=[{"id": "breaks", "changes": too_long}])
    assert {(one.file, one.id) for one in found} <= {("trial.yaml", "breaks")}


def test_without_anything_else_the_baseline_alone_is_run() -> None:
    [only] = scenarios()
    assert (only.id, only.proposals, only.changes) == ("baseline", (), ())
    assert (only.start, only.days, only.warmup_days) == (date(2026, 1, 5), 20, 5)


def test_proposals_alone_and_scenarios_by_name_stand_over_the_baseline() -> None:
    more = proposal("more_bays")
    faster = proposal("faster", {"op": "scale", "address": "durations.papers.mean_min", "value": 0.5})
    made = scenarios(
        more,
        faster,
        baseline={"id": "crowded", "changes": [{"op": "set", "address": "services.ore.per_day", "value": 2}]},
        proposals="all",
        scenarios=[{"id": "both", "proposals": ["more_bays", "faster"]}],
    )
    assert [one.id for one in made] == ["crowded", "faster", "more_bays", "both"]
    assert [one.proposals for one in made] == [(), ("faster",), ("more_bays",), ("more_bays", "faster")]
    assert all(one.changes[0].address == "services.ore.per_day" for one in made)
    assert made[1].title_zh == "faster号"
    assert {(one.start, one.days, one.warmup_days) for one in made} == {(date(2026, 1, 5), 20, 5)}


def test_what_is_in_the_baseline_is_not_proposed_again() -> None:
    made = scenarios(proposal("more_bays"), baseline={"id": "built", "proposals": ["more_bays"]}, proposals="all")
    assert [one.id for one in made] == ["built"]


SERVERS = {"address": "facilities.customs.servers", "levels": [1, 2, 3]}
PAPERS = {"address": "durations.papers.mean_min", "unit": "min", "levels": [20, 40]}


def test_one_factor_at_a_time() -> None:
    made = scenarios(design={"kind": "one_at_a_time", "factors": [SERVERS, PAPERS]})
    assert [set_to(one) for one in made] == [[], [1], [2], [3], [20], [40]]
    assert [one.id for one in made] == ["baseline", "point_1", "point_2", "point_3", "point_4", "point_5"]
    assert made[4].title_en == "durations.papers.mean_min=20"


def test_every_level_with_every_other() -> None:
    made = scenarios(design={"kind": "full_factorial", "factors": [SERVERS, PAPERS]})
    assert [set_to(one) for one in made[1:]] == [[1, 20], [1, 40], [2, 20], [2, 40], [3, 20], [3, 40]]


RANGED = [
    {"address": "facilities.customs.servers"},  # from 1 to 4, as assumptions.csv has it
    {"address": "durations.papers.mean_min", "unit": "min", "low": 20, "high": 40},
]


@pytest.mark.parametrize("kind", ["latin_hypercube", "sobol"])
def test_sampled_points_cover_every_range_evenly_and_are_always_the_same(kind: str) -> None:
    design = {"kind": kind, "factors": RANGED, "points": 16}
    made = [set_to(one) for one in scenarios(design=design)[1:]]
    assert len(made) == 16
    servers, minutes = zip(*made, strict=True)
    assert {servers.count(number) for number in (1, 2, 3, 4)} == {4}
    assert sorted(int((value - 20) / 20 * 16) for value in minutes) == list(range(16)), "one in each slice"
    assert made == [set_to(one) for one in scenarios(design=design)[1:]]
    assert made != [set_to(one) for one in scenarios(design=design, seed=2)[1:]]


def test_whole_numbers_have_equal_chances_and_both_ends() -> None:
    whole, real = Range(2, 5.5, whole=True), Range(0.1, 0.3, whole=False)
    assert [whole.at(k / 8) for k in range(8)] == [2, 2, 3, 3, 4, 4, 5, 5]
    assert whole.ends == (2, 5)
    assert real.ends == (0.1, 0.3)
    assert (
        points(Design(kind="sobol", factors=[{"address": "x"}], points=4), {"x": Range(3, 3, False)}, 1)
        == [{"x": 3.0}] * 4
    )


def test_a_scenario_of_a_design_can_be_laid_over_the_world() -> None:
    for one in scenarios(design={"kind": "latin_hypercube", "factors": RANGED, "points": 5}):
        apply(small_border(), one.changes)


def test_days_left_out_are_those_of_the_usual_run() -> None:
    world = load_corridor(data_root() / "template")
    [only] = expand(experiment(start=None, days=None, warmup_days=None), world, {})
    assert (only.start, only.days, only.warmup_days) == (date(2025, 1, 1), 37, 7)


def test_everything_in_which_file_and_world_do_not_fit_is_told_at_once() -> None:
    answer = "\n".join(
        map(
            str,
            findings(
                proposal("more_bays"),
                proposal("broken", {"op": "remove", "address": "durations.paper"}),
                proposals=["more_bay", "broken"],
                scenarios=[
                    {"id": "wrong", "changes": [{"op": "set", "address": "facilities.bays.server", "value": 1}]},
                    {"id": "baseline"},
                ],
                warmup_days=20,
                tables=["flows", "root"],
                target={
                    "kpi": "dwell_mean",
                    "port": "past",
                    "direction": "outbound",
                    "vehicle_class": "trains",
                    "relative": 0.1,
                    "maximum": 9,
                },
                design={
                    "kind": "latin_hypercube",
                    "points": 3,
                    "factors": [
                        {"address": "durations.papers.mean_min", "unit": "h", "low": 1, "high": 2},
                        {"address": "facilities.bays.servers", "low": 0.2, "high": 0.8},
                        {"address": "facilities.lanes.servers"},
                        {"address": "facilities.lane.servers", "low": 1, "high": 2},
                        {"address": "facilities.bays.kind", "low": 1, "high": 2},
                        {"address": "services.ore.per_day", "unit": "per day", "low": -1, "high": 2},
                    ],
                },
            ),
        )
    )
    for part in (
        "found 'more_bay'; nearest 'more_bays'",
        "nearest 'papers'",
        "found 'server'; nearest 'servers'",
        "scenarios: experiment.repeated_id; expected want.each_id_once; found 'baseline'",
        "warmup_days: settings.warmup(n=20, warmup_days=20)",
        "tables.1: experiment.unknown_name",
        "nearest 'dwell_h_mean'",
        "nearest 'pass'",
        "nearest 'train'",
        "durations.papers.mean_min, design.factors: experiment.wrong_unit; expected want.unit(unit=min); found 'h'",
        "experiment.empty_range; expected want.range_with_whole; found 'found.range(high=0.8, low=0.2)'",
        "facilities.lanes.servers, design.factors: experiment.no_range; expected want.low_and_high",
        "nearest 'lanes'",
        "experiment.not_number; expected want.number_with_range; found 'facilities.bays.kind'",
        "services.ore.per_day",
    ):
        assert part in answer


def test_a_unit_where_the_data_have_none_and_one_in_the_row() -> None:
    sold = {"address": "parameters.cny_per_usd.value", "unit": "CNY", "low": 6, "high": 8}
    sets = {"address": "stocks.wagon_sets.initial", "unit": "set", "low": 6, "high": 12}
    bays = {"address": "facilities.bays.servers", "unit": "h", "low": 1, "high": 2}
    design = {"kind": "latin_hypercube", "points": 2, "factors": [sold, sets, bays]}
    assert [(one.id, one.expected) for one in findings(design=design)] == [
        ("parameters.cny_per_usd.value", message("want.unit", "runs", unit="CNY/USD")),
        ("facilities.bays.servers", message("want.no_unit", "runs")),
    ]


FILE = """\
id: mine
title_en: Mine
title_zh: 我的
replications: {replications}
design:
  kind: {kind}
  {points}
  factors:
    - {{address: facilities.customs.servers, {values}}}
"""


@pytest.mark.parametrize(
    ("parts", "line", "code"),
    [
        ({"replications": "0"}, 4, "yaml.too_small"),
        ({"kind": "sobol", "points": "points: 6", "values": "low: 1"}, 5, "design.power_of_two"),
        ({"kind": "sobol", "points": "points: 8"}, 5, "design.no_levels"),
        ({"kind": "sobol", "values": "low: 1"}, 5, "design.points_missing"),
        ({"kind": "factorial"}, 6, "yaml.not_choice"),
        ({"points": "points: 8"}, 5, "design.no_points"),
        ({"values": "low: 1, high: 2"}, 5, "design.levels_missing"),
        ({"values": "levels: [1, 2], high: 2"}, 9, "design.levels_and_range"),
        ({"values": "levels: [2, 2]"}, 9, "design.repeated_level"),
        ({"values": "levels: [1], unti: min"}, 9, "yaml.unknown_key"),
    ],
)
def test_a_file_that_is_wrong_is_told_by_its_line(parts: dict[str, str], line: int, code: str, tmp_path: Path) -> None:
    usual = {"replications": "2", "kind": "one_at_a_time", "points": "", "values": "levels: [1, 2]"}
    file = tmp_path / "mine.yaml"
    file.write_text(FILE.format(**usual), encoding="utf-8")
    assert load_experiment(file).replications == 2
    file.write_text(FILE.format(**usual | parts), encoding="utf-8")
    with pytest.raises(DataError) as error:
        load_experiment(file)
    assert [(finding.row, finding.code) for finding in error.value.findings] == [(line, code)]
    assert sentence(error.value.findings[0].message, "en")


@pytest.mark.parametrize(
    ("direction", "klass", "found"),
    [
        ("outbound", "train", []),
        ("inbound", "train", []),
        ("outbound", "all", []),
        ("outbound", "truck", ["target.no_traffic"]),
    ],
)
def test_a_target_for_traffic_that_no_scenario_has_is_refused(direction: str, klass: str, found: list[str]) -> None:
    target = {"kpi": "wait_h_mean", "port": "pass", "vehicle_class": klass, "relative": 0.1, "maximum": 10}
    own = findings(target=target | {"direction": direction})
    assert [one.code for one in own] == found
    assert all("outbound, train" in str(one.expected) for one in own)


def test_a_design_whose_whole_numbers_repeat_says_so() -> None:
    factor = {"address": "facilities.bays.servers", "low": 1, "high": 2}
    six = experiment(design={"kind": "latin_hypercube", "points": 6, "factors": [factor]})
    [found] = repeated_points(six, expand(six, small_border(), {}))
    assert dict(found.message.params) == {"n": 2, "points": 6}  # type: ignore[union-attr]
    two = experiment(design={"kind": "latin_hypercube", "points": 2, "factors": [factor]})
    assert repeated_points(two, expand(two, small_border(), {})) == []


def test_a_warmup_that_does_not_fit_is_one_of_the_file() -> None:
    [found] = findings(days=5, warmup_days=5)
    assert (found.file, found.column) == ("trial.yaml", "warmup_days")


def test_a_target_has_one_measure_and_room_for_the_first_round() -> None:
    kpi = {"kpi": "dwell_h_mean", "port": "pass", "direction": "outbound", "vehicle_class": "train", "maximum": 20}
    assert findings(target={**kpi, "half_width": 2.0}) == []
    for wrong, part in (
        ({}, "target.one_measure"),
        ({"half_width": 1.0, "relative": 0.1}, "target.one_measure"),
        ({"relative": 0.1, "maximum": 2}, r"target.maximum\(n=\d+\)"),
        ({"half_width": 0}, "half_width"),
    ):
        with pytest.raises(ValueError, match=part):
            experiment(target=kpi | wrong)


@pytest.mark.parametrize("name", ["smoke", "policy"])
def test_the_experiments_that_come_along_name_what_there_is(name: str) -> None:
    asked = load_experiment(data_root() / "experiments" / f"{name}.yaml")
    known = load_proposals()
    assert asked.id == name
    assert asked.proposals == "all" or set(asked.proposals) <= set(known)
    shorter = asked.model_copy(update={"proposals": asked.proposals[:3] if asked.proposals != "all" else ()})
    assert expand(shorter, load_corridor(), known)[0].id == "baseline"


def test_the_page_on_experiments_shows_what_works(tmp_path: Path) -> None:
    page = (data_root().parent / "docs" / "experiments.md").read_text(encoding="utf-8")
    usual, alone, closed, stop, overloads, design, target = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    file = tmp_path / "bays_and_clearance.yaml"
    known = load_proposals()
    for text in (usual, usual + design, usual.replace("replications: 20\n", "") + target):
        file.write_text(text, encoding="utf-8")
        assert check_experiment(load_experiment(file), load_corridor(), known) == []
    file.write_text(alone, encoding="utf-8")
    case = prepare(load_corridor(), load_scenario(file))
    assert [closure.weekdays for closure in case.corridor.closures.values() if closure.weekdays == "Sat"] == ["Sat"] * 2
    assert check(case.corridor) == check(load_corridor())
    file.write_text(stop, encoding="utf-8")
    assert "erenhot_stop" in prepare(load_corridor(), load_scenario(file)).corridor.orders
    file.write_text(overloads, encoding="utf-8")
    case = prepare(load_corridor(), load_scenario(file))
    [one] = case.scenario.overloads
    assert (one.at, case.corridor.facilities["zamynuud_transshipment"].servers) == (
        "facilities.zamynuud_transshipment",
        1,
    )
    file.write_text(closed, encoding="utf-8")
    services = prepare(load_corridor(), load_scenario(file)).corridor.services.values()
    assert [one.reroute_after_h for one in services if one.reroute_after_h is not None] == [6, 6]


@pytest.mark.parametrize("n", [0, 1, 2])
def test_pairs_of_which_none_can_run_are_refused(n: int) -> None:
    """With fewer than two proposals, or where any two write the same field."""
    same = {"op": "set", "address": "facilities.bays.servers"}
    known = [proposal(f"p{k}", same | {"value": 3 + k}) for k in range(n)]
    found = findings(*known, proposals=tuple(one.id for one in known), pairs=True)
    assert [(one.column, one.code) for one in found] == [("pairs", "experiment.no_pairs")]
    both = (
        known[0] if known else proposal("p0", same | {"value": 3}),
        proposal("other", LINE | {"address": "facilities.customs.servers"}),
    )
    assert findings(*both, proposals=("p0", "other"), pairs=True) == []
