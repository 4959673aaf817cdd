"""A made-up log from end to end: the numbers by which it was made, the scenario, the check, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from corridors.model import Corridor
from corridors.overlay.changes import apply
from corridors.overlay.proposals import load_scenario
from corridors.records.cleaning import clean
from corridors.records.mapping import RecordMap, load_map
from corridors.records.reading import read_log
from corridors.records.visits import Visits
from sim.studies.fitting.fitting import Fit, fit
from sim.studies.fitting.replaying import check, split
from tests.conftest import Told
from tests.helpers.gate_logs import HEAD, LANE, regular, visits
from tests.helpers.small_border import small_border
from tests.helpers.synthetic_logs import EXAMPLE, MAKER, TRUE, TRUTH, fails_with_drift, outcome, world

Bridgehead = Callable[..., Told]


def example() -> tuple[Visits, RecordMap, Corridor]:
    corridor = world()
    found = load_map(EXAMPLE / "gate_log.yaml", corridor)
    return clean([read_log(EXAMPLE / "gate_log.csv", found.form, found.columns)], found, corridor), found, corridor


def test_the_example_is_what_its_maker_makes() -> None:
    made = MAKER["made_up"](TRUTH, MAKER["WEEKS"], MAKER["SEED"])
    assert (EXAMPLE / "gate_log.csv").read_bytes() == made.content()


def test_the_fit_finds_the_numbers_by_which_the_log_was_made() -> None:
    made_visits, found, corridor = example()
    made = fit(made_visits, found, corridor)
    written = made.by_address()
    assert set(TRUE) <= set(written)
    for address, truth in TRUE.items():
        one = written[address]
        assert one.low <= float(one.value) <= one.high
        assert float(one.value) == pytest.approx(truth, rel=0.25), address
    assert written["facilities.erenhot_road_in.servers"].value == TRUTH.lanes
    bays = next(one for one in made.estimates if one.address == "facilities.erenhot_road_inspection.servers")
    assert bays.low <= TRUTH.bays  # At least so many; hardly a truck waits for a bay.
    assert written["durations.truck_ern_in_gate_own.distribution"].value == "gamma"
    hours = next(one for one in made.estimates if one.address == "facilities.erenhot_road_in.calendar")
    assert (hours.value, hours.written) == ("Mon-Sun 08:00-18:00", False)
    assert "few_ends" not in {word.code for one in made.written() for word in one.words}


def test_damages_are_named_by_their_rule_and_sound_rows_are_left_alone() -> None:
    made = MAKER["made_up"](TRUTH, MAKER["WEEKS"], MAKER["SEED"])
    made_visits, _, _ = example()
    named = {(line, rule) for _, line, _, rule, *_ in made_visits.ledger.rows}
    missed = [one for one in made.damages if one not in named]
    assert len(missed) <= 0.01 * len(made.damages), missed
    damaged = {line for line, _ in made.damages}
    harmed = {
        line for _, line, _, _, _, _, done, _ in made_visits.ledger.rows if done == "dropped" and line not in damaged
    }
    assert len(harmed) <= 0.005 * made_visits.records


def test_the_scenario_is_accepted_measured_and_of_one_source(bridgehead: Bridgehead, tmp_path: Path) -> None:
    out = tmp_path / "out"
    answer = bridgehead(
        *("fit", EXAMPLE / "gate_log.csv", "--map", EXAMPLE / "gate_log.yaml", "--out", out),
        *("--json", tmp_path / "fit.json", "--report", tmp_path / "fit.html"),
    )
    assert answer.status == 0, answer.err
    assert "agrees with 2 weeks" in answer.out
    checked = bridgehead("check", out / "fit.yaml")
    assert checked.status == 0, checked.err
    assert "warning" not in checked.err, checked.err
    overlay = load_scenario(out / "fit.yaml")
    changed = apply(world(), overlay.changes)
    assert changed.durations["truck_ern_in_gate_own"].grade == "measured"
    assert changed.assumptions["services.truck_ern_in.per_day"].grade == "measured"
    document = json.loads((tmp_path / "fit.json").read_text(encoding="utf-8"))
    assert document["agrees"] is True
    outputs = [tmp_path / "fit.json", tmp_path / "fit.html", *out.iterdir()]
    assert {one.name for one in outputs} >= {"fit.yaml", "fit.csv", "check.csv", "cleaning.csv"}
    for file in outputs:
        text = file.read_text(encoding="utf-8-sig")
        assert "蒙A" not in text, file  # No id of a vehicle leaves the machine.
        assert "made up like the log" not in text, file  # Nor the salt.


def test_outputs_do_not_replace_the_log_or_the_map(bridgehead: Bridgehead, tmp_path: Path) -> None:
    log, lane = tmp_path / "cleaning.csv", tmp_path / "fit.yaml"
    log.write_bytes((EXAMPLE / "gate_log.csv").read_bytes())
    lane.write_bytes((EXAMPLE / "gate_log.yaml").read_bytes())
    answer = bridgehead("fit", log, "--map", lane, "--out", tmp_path)
    assert (answer.status, answer.out) == (2, "")
    assert log.read_bytes() == (EXAMPLE / "gate_log.csv").read_bytes()
    assert lane.read_bytes() == (EXAMPLE / "gate_log.yaml").read_bytes()


def test_a_map_without_a_secret_salt_is_said(bridgehead: Bridgehead, tmp_path: Path) -> None:
    """A first map has the salt 'change me', which anybody can try; the warning about it was left out."""
    text = (EXAMPLE / "gate_log.yaml").read_text(encoding="utf-8")
    (tmp_path / "map.yaml").write_text(text.replace("made up like the log", "change me"), encoding="utf-8")
    for lane, said in ((EXAMPLE / "gate_log.yaml", False), (tmp_path / "map.yaml", True)):
        answer = bridgehead("fit", EXAMPLE / "gate_log.csv", "--map", lane, "--out", tmp_path / "out")
        assert answer.status == 0, answer.err
        assert ("hashed without a secret" in answer.err) is said


def test_a_log_with_other_lanes_in_its_second_half_fails_the_check() -> None:
    """Twice the lanes from the middle on, in the weeks that are held out as well."""
    assert fails_with_drift(5)


def fitted(folder: Path, lane: str, rows: list[str], head: str = HEAD) -> Fit:
    (folder / "map.yaml").write_text(lane, encoding="utf-8")
    border = small_border()
    return fit(visits(folder, rows, head, lane), load_map(folder / "map.yaml", border), border)


def test_counts_at_the_gate_are_no_demand(tmp_path: Path) -> None:
    lane = LANE.replace("service: shuttle", "service: ore").replace("shuttle.lane", "import.customs")
    rows = [
        row
        for day in range(20)
        for row in regular(20, every=60)
        for row in [row.replace("2026-03-02", f"2026-03-{day + 1:02d}").replace("A0", f"A{day}")]
    ]
    made = fitted(tmp_path, lane + "arrivals: {of: ore, counted_at: gate}\n", rows)
    (rate,) = [one for one in made.estimates if one.address == "services.ore.per_day"]
    assert (rate.written, rate.words[-1].code) == (False, "throughput")
    demand = fitted(tmp_path, lane + "arrivals: {of: ore, counted_at: joins_queue}\n", rows)
    assert "services.ore.per_day" in demand.by_address()


def test_arrivals_of_a_log_with_ends_alone_are_checked_against_the_same_arrivals(tmp_path: Path) -> None:
    """The fit takes the end where nothing earlier is known; the check left such visits out and found none.

    In March half of the ore of a mean month comes: the year has 40 a day, the weeks that are held out have 20.
    """
    lane = LANE.replace("service: shuttle", "service: ore").replace("shuttle.lane", "import.customs")
    lane = lane.replace("arrived: arrived, started: started, ", "") + "arrivals: {of: ore, counted_at: joins_queue}\n"
    rows = [
        row.replace("2026-03-02", f"2026-03-{day + 1:02d}").replace("A0", f"A{day}")
        for day in range(28)
        for row in regular(20, every=60)
    ]
    before, after = split(visits(tmp_path, rows, lane=lane), 1)
    border = small_border()
    found = load_map(tmp_path / "map.yaml", border)
    made = fit(before, found, border)
    checked = check(made, after, found, border, border)
    assert [(one.observed, one.fitted) for one in checked if one.measure == "per_day"] == [(20.0, 20.0)]


def test_servers_of_a_place_with_other_traffic_are_refused_and_durations_kept(tmp_path: Path) -> None:
    """Customs serves export, too, which this log does not have."""
    lane = LANE.replace("service: shuttle", "service: ore").replace("shuttle.lane", "import.customs")
    made = fitted(tmp_path, lane, regular(60, work=11))
    assert "durations.import_customs_own.mean_min" in made.by_address()
    (servers,) = [one for one in made.estimates if one.address == "facilities.customs.servers"]
    assert (servers.written, servers.words[-1].code) == (False, "other_traffic")


def test_starts_that_are_not_known_give_no_duration(tmp_path: Path) -> None:
    lane = LANE.replace("arrived: arrived, started: started, ", "")
    made = fitted(tmp_path, lane, regular(60))
    (mean,) = [one for one in made.estimates if one.address.endswith("mean_min")]
    assert (mean.written, mean.words[-1].code) == (False, "no_start")


@pytest.mark.slow
def test_intervals_hold_the_truth_in_logs_of_a_hundred_seeds() -> None:
    """Half a year each: numbers in their intervals, lanes, hours, distribution, check, and the ledger."""
    found = [outcome(seed) for seed in range(100)]
    held = {address: sum(one.held[address] for one in found) for address in TRUE}
    kinds = {name: sum(getattr(one, name) for one in found) for name in ("servers", "hours", "name", "agrees")}
    print(held, kinds)
    assert min(held.values()) >= 90
    assert sum(held.values()) >= 0.93 * len(found) * len(TRUE)
    assert (kinds["servers"] >= 90, kinds["hours"] >= 95, kinds["name"] >= 80, kinds["agrees"] >= 90) == (True,) * 4
    assert sum(one.unnamed for one in found) <= 0.01 * sum(one.damages for one in found)
    assert sum(one.harmed for one in found) <= 0.005 * sum(one.rows for one in found)


@pytest.mark.slow
def test_logs_with_other_lanes_in_their_second_half_fail_the_check_of_a_hundred_seeds() -> None:
    assert sum(fails_with_drift(seed) for seed in range(100)) >= 90
