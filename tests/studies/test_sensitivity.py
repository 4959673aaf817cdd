"""Sensitivity: grouped inputs, port submodels, and reversals of two proposals."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from corridors.findings import DataError
from corridors.io.folders import data_root
from corridors.load import load_corridor
from corridors.messages import message
from corridors.model import Corridor
from corridors.overlay.applying import apply
from corridors.overlay.changes import Change
from corridors.overlay.proposals import Proposal, load_proposals
from sim.__main__ import main
from sim.run import prepare, run_scenario
from sim.studies.compare.costs import CostRange
from sim.studies.sensitivity import design, effects
from sim.studies.sensitivity.port_submodels import port_submodels
from sim.studies.sensitivity.rank_stability import best_proposals, rankings
from sim.studies.sensitivity.responses import Responses
from sim.studies.sensitivity.uncertain_inputs import Number, UncertainInput, load_uncertain_inputs, weighing
from sim.studies.validation.levels import level, level_files

SHIPPED = data_root() / "sensitivity" / "uncertain_inputs.csv"


@pytest.fixture(scope="module")
def corridor() -> Corridor:
    return load_corridor()


def uncertain_input(id: str, low: float = 0.0, high: float = 10.0, declared: float = 5.0) -> UncertainInput:
    number = Number(f"durations.{id}.mean_min", declared, low, high, whole=False)
    return UncertainInput(id, (number,), {"en": id}, {"en": "measure it"})


def test_every_number_with_a_range_belongs_to_one_input_named_in_both_languages(corridor: Corridor) -> None:
    inputs = load_uncertain_inputs(corridor, SHIPPED)
    addresses = [number.address for item in inputs for number in item.numbers]
    ranged = {address for address, row in corridor.assumptions.items() if row.low is not None}
    assert sorted(addresses) == sorted(ranged - set(weighing(corridor)))
    for one in inputs:
        assert all(texts[language] for texts in (one.name, one.measure) for language in ("en", "zh"))
        assert not one.id.count("_mean_min"), f"{one.id}: no row of uncertain_inputs.csv names it"


@pytest.mark.parametrize("share", [0.0, 0.1234567, 0.39, 0.61, 0.87654321, 1.0])
def test_all_ranges_are_valid_at_both_ends_and_between(corridor: Corridor, share: float) -> None:
    """Between the ends, too: a truck of 125.118 t could not give its whole tonnes to a yard."""
    inputs = load_uncertain_inputs(corridor, SHIPPED)
    apply(corridor, [change for item in inputs for change in item.at(share)])


def test_numbers_of_an_input_move_together_opposite_or_as_followers(corridor: Corridor) -> None:
    known = {one.id: one for one in load_uncertain_inputs(corridor, SHIPPED)}

    def at(id: str, share: float) -> dict[str, Any]:
        return {change.address: change.value for change in known[id].at(share)}

    good, bad = at("mzl_breakdowns", 1.0), at("mzl_breakdowns", 0.0)
    lines = "facilities.manzhouli_container_lines"
    assert good[f"{lines}.mtbf_h"] > bad[f"{lines}.mtbf_h"]
    assert good[f"{lines}.mttr_h"] < bad[f"{lines}.mttr_h"]
    boxes = at("agv_boxes", 0.5)
    assert boxes["stocks.agv_boxes.capacity"] == boxes["stocks.agv_boxes.daily_quota"] == 165
    for one in known.values():
        assert 0.0 <= one.declared <= 1.0, one.id


def test_an_input_is_interpolated_through_the_declared_values(corridor: Corridor) -> None:
    for one in load_uncertain_inputs(corridor, SHIPPED):
        for number in one.numbers:
            ends = {one.value(number, 0.0), one.value(number, 1.0)}
            assert ends == {number.low, number.high}, number.address
            assert one.value(number, one.declared) == pytest.approx(number.declared, rel=1e-5), number.address


def test_an_address_in_two_rows_is_refused(tmp_path: Path, corridor: Corridor) -> None:
    file = tmp_path / "uncertain_inputs.csv"
    row = "durations.police_rail.mean_min,a,a,b,b\n"
    file.write_text("id,addresses,name_en,name_zh,measure_en,measure_zh\none," + row + "two," + row, encoding="utf-8")
    with pytest.raises(DataError) as refused:
        load_uncertain_inputs(corridor, file)
    [finding] = refused.value.findings
    assert (finding.code, finding.id) == ("input.repeated_address", "two")
    assert finding.expected == message("want.unclaimed_address", "runs", id="one")


def test_prices_and_emission_factors_move_no_vehicle(corridor: Corridor) -> None:
    """The study leaves them out, because they only weigh results."""
    ranges = corridor.assumptions
    changes = [Change(op="set", address=address, value=ranges[address].high) for address in weighing(corridor)]
    assert len(changes) > 100
    before, after = (run_scenario(prepare(world, days=3)).trace for world in (corridor, apply(corridor, changes)))
    assert np.array_equal(before.op, after.op)
    assert np.array_equal(before.departed_s, after.departed_s)


def test_the_submodel_of_a_coal_port_equals_the_whole_model(corridor: Corridor) -> None:
    whole = run_scenario(prepare(corridor, days=6, warmup_days=1)).kpis
    made = {one.port: one for one in port_submodels(corridor, {})}
    for port in ("ceke", "ganqimaodu"):
        alone = run_scenario(prepare(made[port].corridor, days=6, warmup_days=1)).kpis
        pd.testing.assert_frame_equal(alone, whole[whole.port == port].reset_index(drop=True))


def test_inputs_and_proposals_are_in_the_submodels_that_they_affect(corridor: Corridor) -> None:
    known = load_proposals()
    wanted = ("m03_manzhouli_container_line", "m09_ganqimaodu_railway", "m11_coal_gate_hours", "m13_inland_clearance")
    made = {one.port: one for one in port_submodels(corridor, {id: known[id] for id in wanted})}
    assert {port: list(submodel.proposals) for port, submodel in made.items()} == {
        "ceke": ["m11_coal_gate_hours"],
        "erenhot": ["m13_inland_clearance"],
        "ganqimaodu": ["m09_ganqimaodu_railway", "m11_coal_gate_hours"],
        "manzhouli": ["m03_manzhouli_container_line", "m13_inland_clearance"],
    }
    inputs = load_uncertain_inputs(corridor, SHIPPED)
    near = {port: {one.id for one in submodel.inputs(inputs)} for port, submodel in made.items()}
    assert {"gqm_fleet", "gqm_gate_time"} <= near["ganqimaodu"]
    assert not near["ganqimaodu"] & {"ceke_gate_time", "mzl_tracks"}
    assert "mzl_tracks" in near["manzhouli"]


def test_every_proposal_affects_a_submodel(corridor: Corridor) -> None:
    known = load_proposals()
    reached = {id for submodel in port_submodels(corridor, known) for id in submodel.proposals}
    assert set(known) - reached == {"m18_hailar_heishantou", "m19_baotou_yulin"}, "new lines that no train here takes"


@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.slow) for part in (1, 2, 3))])
def test_every_proposal_is_valid_in_each_submodel_that_it_affects(corridor: Corridor, part: int) -> None:
    """A quarter of them in the fast tests, which is a quarter of those of each submodel."""
    known = load_proposals()
    for submodel in port_submodels(corridor, known):
        some = list(submodel.proposals.values())[part::4]
        assert some or part, submodel.port
        for proposal in some:
            apply(submodel.corridor, proposal.changes)


def test_every_year_has_submodels_with_the_orders_of_their_port(corridor: Corridor) -> None:
    for name in level_files():
        year = apply(corridor, level(name).changes)
        made = port_submodels(year, {})
        assert {one.port for one in made} == set(corridor.ports)
        assert sorted(id for one in made for id in one.corridor.orders) == sorted(year.orders), name
        assert all(row.target == one.port for one in made for row in one.corridor.orders.values()), name


def made_up(leads: np.ndarray) -> Responses:
    """Proposal a gives 100 + lead, b gives 100, at points x replications."""
    gains = np.stack([100 + leads, np.full(leads.shape, 100.0)], axis=1)
    return Responses(("a", "b"), np.full(leads.shape, 1000.0), {"cargo": gains, "dwell": gains * 0}, 0)


def test_best_proposals_alternate_between_cargo_and_dwell() -> None:
    """Of a, b and c in cargo and c, a in dwell; d is within the sampling error, and a2 is another stage of a."""
    cargo = {"a": 90.0, "a2": 80.0, "b": 70.0, "c": 60.0, "d": 50.0}
    dwell = {"a": 5.0, "a2": 0.0, "b": 0.0, "c": 9.0, "d": 0.0}
    noise = {"d": 100.0}
    gains = {
        measure: np.array([[[mean - noise.get(id, 0.1), mean + noise.get(id, 0.1)] for id, mean in means.items()]])
        for measure, means in (("cargo", cargo), ("dwell", dwell))
    }
    found = {"pass": Responses(tuple(cargo), np.ones((1, 2)), gains, 0)}
    usual = {"title_en": "x", "title_zh": "x", "article": "1", "changes": [{"op": "remove", "address": "services.x"}]}
    made = {id: Proposal(id=id, measure={"a2": "a"}.get(id, id), **usual) for id in cargo}
    assert best_proposals(found, dict.fromkeys(cargo, CostRange(1, 1, 1)), made, 3) == ["a", "c", "b"]


def declared_lead_of_20() -> Any:
    declared = made_up(np.array([[19.0, 20.0, 21.0]]))
    return rankings({"pass": declared}, {"a": CostRange(1, 1, 3), "b": CostRange(1, 0.9, 1)}, ["a", "b"])


def test_elementary_effects_of_a_straight_line_are_its_slopes() -> None:
    inputs = [uncertain_input("x"), uncertain_input("y"), uncertain_input("idle")]
    points = design.trajectories(inputs, 4, seed=1)
    leads = np.array([[20 + 30 * (point["x"] - 0.5) - 5 * point["y"]] for point in points])
    found = {
        one.input.id: one for one in effects.screen(declared_lead_of_20(), "pass", inputs, points, made_up(leads), 1)
    }
    assert found["x"].gain.mu_star == pytest.approx(30)
    assert found["y"].gain.mu_star == pytest.approx(5)
    assert found["idle"].gain.mu_star == pytest.approx(0)
    assert found["x"].gain.sigma == pytest.approx(0, abs=1e-9)
    assert found["x"].threat == pytest.approx(30 / 20)
    assert (found["x"].steps, found["idle"].flips) == (4, 0)


def test_a_failed_run_excludes_its_trajectory_only() -> None:
    inputs = [uncertain_input("x"), uncertain_input("y")]
    points = design.trajectories(inputs, 3, seed=1)
    leads = np.array([[20 + 30 * point["x"]] for point in points])
    leads[1] = np.nan
    found = effects.screen(declared_lead_of_20(), "pass", inputs, points, made_up(leads), 1)
    assert [one.steps for one in found] == [2, 2]
    assert found[0].gain.mu_star == pytest.approx(30)


def test_sobol_indices_of_a_straight_line_are_the_squares_of_its_slopes() -> None:
    inputs = [uncertain_input("x"), uncertain_input("y")]
    points = design.trajectories(inputs, 2, seed=1)
    leads = np.array([[20 + 30 * point["x"] + 10 * point["y"]] for point in points])
    screened = effects.screen(declared_lead_of_20(), "pass", inputs, points, made_up(leads), 1)
    points = design.saltelli(inputs, 256, seed=1)
    leads = np.array([[20 + 30 * point["x"] + 10 * point["y"]] for point in points])
    found = effects.sobol_indices(declared_lead_of_20(), screened, inputs, made_up(leads), 1)
    assert found["pass", "x"].first == pytest.approx(0.9, abs=0.05)
    assert found["pass", "y"].total == pytest.approx(0.1, abs=0.05)


def test_a_reversal_lies_at_the_zero_of_the_lead() -> None:
    """A lead of 20 as declared, in the middle, that falls by 10 for each tenth of the range upwards."""
    one = uncertain_input("x")
    leads = np.array([[20 - 100 * (share - 0.5) + noise for noise in (-1, 0, 1)] for share in design.SWEPT])
    (reversal,) = (
        reversal
        for reversal in effects.reversals(declared_lead_of_20(), "pass", one, made_up(leads), 0)
        if reversal.pair.measure == "cargo"
    )
    assert reversal.upwards
    assert reversal.share == pytest.approx(0.7)
    assert one.numbers[0].at(reversal.share) == pytest.approx(7.0)


def test_a_reversal_within_the_sampling_error_is_not_reported() -> None:
    """At the end of the range the mean lead is negative, but within its variation between replications."""
    leads = np.array([[25.0, 20.0, 15.0]] * 4 + [[-30.0, 0.0, 27.0]])
    assert effects.reversals(declared_lead_of_20(), "pass", uncertain_input("x"), made_up(leads), 0) == []


def test_break_even_costs_need_no_run() -> None:
    """a gains 120 for 1 million, b 100 for 1: above 1.2 a costs more per tonne, below 0.83 b costs less."""
    found = {(id, upwards): value for id, value, upwards, _ in effects.cost_reversals(declared_lead_of_20())}
    assert found == {("a", True): pytest.approx(1.2)}


GATE_OR_CUSTOMS = """\
id,addresses,name_en,name_zh,measure_en,measure_zh
gate,durations.gate_check.mean_min,Minutes at the gate,卡口分钟,Time a hundred trucks,计时一百辆
customs,durations.customs_check.mean_min,Minutes at customs,海关分钟,Time a hundred trucks,计时一百辆
"""


@pytest.fixture(scope="module")
def own_port(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A port where trucks queue at a gate and at customs, and which is slower is uncertain."""
    folder = tmp_path_factory.mktemp("world") / "port"
    shutil.copytree(data_root() / "template", folder)
    with (folder / "assumptions.csv").open("a", encoding="utf-8") as file:
        file.write("durations.gate_check.mean_min,7,9,own_estimate,assumed,\n")
        file.write("durations.customs_check.mean_min,6,24,own_estimate,assumed,\n")
        file.write("links.factory_road.speed_kmh,50,70,own_estimate,assumed,\n")
    with (folder / "parameters.csv").open("a", encoding="utf-8") as file:
        file.write(
            "discount_rate,0.08,1/a,,,own_estimate,assumed,made up\nlife_years,30,a,,,own_estimate,assumed,made up\n"
        )
    services = folder / "services.csv"
    services.write_text(services.read_text(encoding="utf-8-sig").replace(",rate,100,", ",rate,300,"), encoding="utf-8")
    (folder / "sensitivity").mkdir()
    (folder / "sensitivity" / "guesses.csv").write_text(GATE_OR_CUSTOMS, encoding="utf-8")
    (folder / "proposals").mkdir()
    for id, thing in (("more_gates", "exit_gate"), ("more_customs", "entry_customs")):
        text = f"""\
id: {id}
title_en: {id}
title_zh: {id}
measure: M01
article: "1"
capital_musd: {{value: 1, low: 0.5, high: 2, grade: assumed, source: made up}}
price_year: 2025
relieves: [{thing}]
changes:
  - {{op: add, address: facilities.{thing}.servers, value: 2}}
"""
        (folder / "proposals" / f"{id}.yaml").write_text(text, encoding="utf-8")
    return folder


def study(folder: Path, out: Path, *more: str) -> dict[str, Any]:
    document = out.parent / "study.json"
    command = ["sensitivity", "--data", str(folder), "--out", str(out), "--json", str(document), "--workers", "1"]
    command += ["--days", "12", "--warmup-days", "2", "--trajectories", "2", "--samples", "2", "--replications", "2"]
    command += ["--close", "1", "--proposals", "more_gates", "--proposals", "more_customs"]
    assert main([*command, *more]) == 0
    found: dict[str, Any] = json.loads(document.read_text(encoding="utf-8"))
    return found


def test_the_whole_study_finds_the_decisive_input(own_port: Path, tmp_path: Path, capsys: Any) -> None:
    out, page = tmp_path / "results", tmp_path / "study.html"
    found = study(own_port, out, "--report", str(page))
    assert "Minutes at customs" in capsys.readouterr().out
    assert found["orders"]["cargo"] == ["more_customs", "more_gates"]
    first, *others = found["uncertain_inputs"]
    assert found["guesses"] == found["uncertain_inputs"]
    assert found["measure_first"][0] == {"port": "my_port", "input": "customs", "guess": "customs"}
    assert (first["input"], first["guess"], first["port"]) == ("customs", "customs", "my_port")
    assert first["threat"] > 1
    (reversal, *_) = [reversal for reversal in first["tips"] if reversal["measure"] == "cargo"]
    # As fast as the gate: 3 officers in 8 minutes for 2 lanes.
    assert reversal["side"] == "below"
    assert 8 < reversal["value"] < 15
    assert {one["input"] for one in others} == {"gate", "links_factory_road_speed_kmh"}
    assert others[-1]["gain"]["mu_star"] < first["gain"]["mu_star"] / 5
    text = page.read_text(encoding="utf-8")
    assert "What to measure first" in text
    assert "http" not in text.partition("<script")[0].replace("http-equiv", "")

    files = {file: file.stat().st_mtime_ns for file in out.rglob("*.parquet")}
    again = study(own_port, out, "--language", "zh")
    assert again == found
    assert {file: file.stat().st_mtime_ns for file in out.rglob("*.parquet")} == files, "finished runs were repeated"


def test_wrong_options_are_refused_without_a_run(tmp_path: Path, capsys: Any) -> None:
    out = str(tmp_path / "results")
    assert main(["sensitivity", "--proposals", "m11_coal_gate_hour", "--out", out]) == 2
    assert "m11_coal_gate_hours" in capsys.readouterr().err
    assert main(["sensitivity", "--samples", "12", "--out", out]) == 2
    assert main(["sensitivity", "--days", "20", "--out", out]) == 2
    capsys.readouterr()
    assert main(["sensitivity", "--start", "1960-01-01", "--out", out]) == 2
    assert "error: --start:" in (printed := capsys.readouterr().err)
    assert "90 days from 1960-01-01" in printed
    assert not Path(out).exists()
