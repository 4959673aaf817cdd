"""The benchmark compares like with like: the same vehicles, and the same figures out of every model."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from benchmarks import c_loop, history, measure, simpy_model, world
from benchmarks.__main__ import GROWING, VOLUMES
from benchmarks.inputs import QUEUES, inputs, summary_of
from benchmarks.measurements import QUICK, Measurements
from benchmarks.report import NAMES, report
from sim.core.plan import Plan
from sim.engines import compiled, reference
from sim.kpi import run_tables
from sim.kpi.run_tables import RunTables
from sim.output.run_output import RunOutput
from tests.helpers.trace_diff import first_difference


@pytest.fixture(scope="module")
def plan() -> Plan:
    return world.plan(volume=1, days=2)


def test_there_are_a_million_vehicles_a_year_at_volume_1_and_the_servers_grow_with_them(plan: Plan) -> None:
    assert plan.n_vehicles / 2 * 365 == pytest.approx(1_000_000, rel=0.05)
    twice = world.plan(volume=2, days=1)
    assert twice.n_vehicles == pytest.approx(plan.n_vehicles, rel=0.1)
    assert twice.facility_servers.sum() - len(world.PORTS) == 2 * (plan.facility_servers.sum() - len(world.PORTS))


def test_both_engines_agree_on_the_benchmark_model(plan: Plan) -> None:
    assert first_difference(reference.run(plan), compiled.run(plan)) is None


def test_the_model_written_by_hand_in_simpy_is_the_same_model(plan: Plan) -> None:
    ours, by_hand = summary_of(compiled.run(plan)), simpy_model.run(inputs(plan), volume=1)
    assert by_hand.left == pytest.approx(ours.left, rel=0.002)
    assert by_hand.transit_h == pytest.approx(ours.transit_h, rel=0.002)
    for kind in ("customs", "inspection", "crossing", "crane"):
        assert by_hand.wait_min[kind] == pytest.approx(ours.wait_min[kind], rel=0.05, abs=0.1)


@pytest.mark.skipif(c_loop.compiler() is None, reason="no C compiler")
def test_the_loop_in_c_leaves_the_same_rows(plan: Plan) -> None:
    seconds, answer = c_loop.run(plan, repetitions=2)
    assert len(seconds) == 2
    assert answer == c_loop.checksum(compiled.run(plan))


def test_the_report_tells_ratios_ranges_and_what_is_short() -> None:
    summary = {"left": 90, "transit_h": 20.0, "wait_min": dict.fromkeys(QUEUES, 1.0)}

    def result(seconds: float) -> dict[str, object]:
        parts = {f"{part}_s": [seconds / 3] for part in ("compile", "simulate", "measure", "loop")}
        answer = {"vehicles": 100, "visits": 1000, "peak_mb": 150.0, "summary": summary, "checksum": [1, 2, 3]}
        workers = {"one_worker_s": [2 * seconds], "one_worker_cpu_s": [2 * seconds], "longer_cpu_s": [seconds]}
        return {"seconds": [seconds], **workers, **parts, **answer}

    seconds = {"simpy": 9.0, "ours_on_simpy": 10.0, "ours_compiled": 0.09, "end_to_end": 0.1, "c": 0.02}
    seconds |= {"memory": 1.0, "two_workers": 1.0, "base_year": 0.5, "key_figures": 0.08, "base_key_figures": 0.4}
    rounds = {name: [result(s), result(1.5 * s)] for name, s in seconds.items()}
    growth = {name: {volume: [result(0.1), result(0.1)] for volume in VOLUMES} for name in GROWING}
    growth["end_to_end"][8] = [result(0.14), result(0.15)]
    start = {"cold": [9.0], "cached": [1.0], "simpy": [2.0]}
    missing = {"ciw": "ciw is not installed", "salabim": "salabim is not installed"}
    lines = report(Measurements(QUICK, rounds, growth, start, missing)).splitlines()
    assert "Ciw is left out: ciw is not installed." in lines
    claims = {cells[1].strip(): cells for line in lines if len(cells := line.split("|")) == 6}
    loop = [cell.strip() for cell in claims[f"{NAMES['loop']}, times SimPy"]]
    assert loop[2:5] == ["at least 100", "300 (300 to 300)", "met"]
    assert claims[f"{NAMES['ours_on_simpy']}, times SimPy"][4].strip() == "**short**"
    growing = [cell.strip() for cell in claims["cost of a visit with all tables at 8x volume, times at 1x"]]
    assert growing[2:5] == ["at most 1.3", "1.45 (1.40 to 1.50)", "**short**"]
    assert claims["two workers of a batch (elapsed time), times one"][4].strip() == "met"


def test_end_to_end_is_a_run_with_all_tables_and_key_figures_are_one_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """The benchmark once timed the key figures alone and called that a run."""
    made: list[int] = []
    every_table = run_tables.tables_of

    def counted(output: RunOutput, only: Collection[str] | None = None) -> RunTables:
        assert only is None
        made.append(len(output.visits))
        return every_table(output)

    monkeypatch.setattr(run_tables, "tables_of", counted)
    whole = measure.end_to_end(days=1, volume=1, repeats=2)
    assert made[1:] == [whole["visits"]] * 2, "after the warm-up, every repetition makes all tables"
    phases = [sum(parts) for parts in zip(whole["compile_s"], whole["simulate_s"], whole["measure_s"], strict=True)]
    assert phases == pytest.approx(whole["seconds"], rel=0.05)
    made.clear()
    alone = measure.key_figures(days=1, volume=1, repeats=1)
    assert not made
    assert alone["visits"] == whole["visits"]


def test_the_history_has_the_ratios_of_pairs_not_of_medians() -> None:
    cells = history.row("abc", "def", "run", [(1.0, 2.0), (3.0, 2.0), (8.0, 10.0)])
    assert cells[1:5] == ["abc", "def", "run", "3"]
    assert cells[5:] == ["3.000", "2.000", "0.800", "0.500", "1.500"]
    assert len(cells) == len(history.COLUMNS)


def test_the_history_counts_the_seconds_of_a_whole_process() -> None:
    assert 0.05 < history.cpu_seconds(history.COMMANDS["--help"], history.ROOT) < 60
