"""The package ``bridgehead``: what a notebook imports, on the small example world."""

from __future__ import annotations

import doctest
import inspect
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import bridgehead as bh
from corridors.io.tables import save
from corridors.overlay.proposals import load_proposals
from sim import engines
from tests.helpers.gate_logs import HEAD, LANE, at, regular
from tests.helpers.small_border import small_border

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "public_interface.txt"
SHORT: dict[str, Any] = {"days": 20, "warmup_days": 5}


@pytest.fixture(scope="module")
def world() -> bh.World:
    return bh.example()


@pytest.fixture(scope="module")
def run(world: bh.World) -> bh.Run:
    return world.run(**SHORT)


def signatures() -> str:
    """Every public name with its signature, one a line."""
    lines = []
    for name in sorted(bh.__all__):
        thing = getattr(bh, name)
        if inspect.isclass(thing):
            lines.append(f"class {name}({', '.join(base.__name__ for base in thing.__bases__)})")
            declared = vars(thing).keys() | getattr(thing, "__dataclass_fields__", {}).keys()
            for key in sorted(key for key in declared if not key.startswith("_")):
                member = inspect.getattr_static(thing, key, None)
                if inspect.isfunction(member) or isinstance(member, staticmethod):
                    lines.append(f"  {name}.{key}{inspect.signature(getattr(thing, key))}")
                else:
                    lines.append(f"  {name}.{key}")
        elif callable(thing):
            lines.append(f"{name}{inspect.signature(thing)}")
        else:
            lines.append(f"{name} = {thing!r}")
    return "\n".join(lines) + "\n"


def test_signatures_are_those_of_the_golden_file() -> None:
    """A change here is a promise broken or a new one made: write the golden file anew only on purpose."""
    assert signatures() == GOLDEN.read_text(encoding="utf-8")


def test_records_become_numbers_of_a_world_and_a_state(tmp_path: Path) -> None:
    save(small_border(), tmp_path / "world")
    (tmp_path / "log.csv").write_text("\n".join([HEAD, *regular()]), encoding="utf-8")
    (tmp_path / "map.yaml").write_text(LANE, encoding="utf-8")
    border = bh.load(tmp_path / "world")
    log = bh.read_log(tmp_path / "lo*.csv", tmp_path / "map.yaml", border)
    assert len(log.table) == 60
    assert "vehicle" not in log.table
    made = bh.fit(log)
    assert border.change(made.changes).corridor.durations["weighing"].mean_min == 4
    now = bh.state(log, "2026-03-02T05:03")
    assert now.table[["doing", "vehicles"]].to_numpy().tolist() == [["waiting", 1]]
    now.save(tmp_path / "state.csv")
    assert bh.read_state(tmp_path / "state.csv", border).at == now.at
    made.save(tmp_path / "fit")
    assert sorted(file.name for file in (tmp_path / "fit").iterdir()) == [
        "check.csv",
        "cleaning.csv",
        "fit.csv",
        "fit.yaml",
    ]
    # One day of records holds no week out.
    assert (made.held_out_weeks, made.agrees, len(made.check)) == (0, None, 0)
    own = border.change(made.changes)
    cast = own.forecast(now, days=3, members=10)
    same = own.forecast(bh.read_state(tmp_path / "state.csv", border), days=3, members=10)
    pd.testing.assert_frame_equal(cast.queue, same.queue)
    assert str(cast.queue["time"].dtype) == "datetime64[s, UTC]"
    assert cast.queue["time"].iloc[0] == pd.Timestamp(now.at)
    assert bh.units(cast.wait)["p50"] == "h"
    assert set(cast.clears["place"]) == {"lanes"}
    # The state is about the lanes: the sentences and charts are, too.
    assert cast.result.covered == (("pass", "inbound", "truck"),)
    assert cast.result.services == ("shuttle",)
    assert len(cast.answers) == 1
    assert (cast.clears["p10"] <= cast.clears["p90"]).all()
    assert cast.chart().to_dict()
    with pytest.raises(KeyError):
        cast.chart(port="nowhere")
    with pytest.raises(ValueError, match="60"):
        own.forecast(now, days=61)
    with pytest.raises(ValueError, match="within"):
        own.forecast(now, days=1, probes=[now.at + timedelta(days=2)])
    with pytest.raises(ValueError, match="within"):
        own.forecast(now, days=1, probes=[(now.at + timedelta(days=2)).replace(tzinfo=None)])
    for save_it in (now.save, made.save):
        with pytest.raises(bh.DataError, match="written"):
            save_it(tmp_path / "state.csv" / "below.csv")


def test_a_backtest_has_scores_and_says_that_a_short_log_is_too_short(tmp_path: Path) -> None:
    save(small_border(), tmp_path / "world")
    border = bh.load(tmp_path / "world")
    rows = [f"A{k:05d},{at(k * 480)},{at(k * 480 + 5)},{at(k * 480 + 9)}" for k in range(3 * 40)]
    (tmp_path / "log.csv").write_text("\n".join([HEAD, *rows]), encoding="utf-8")
    (tmp_path / "map.yaml").write_text(LANE, encoding="utf-8")
    log = bh.read_log(tmp_path / "log.csv", tmp_path / "map.yaml", border)
    past = bh.backtest(log, border, every_days=8, days=2, members=10)
    assert [*past.skill["target"]] == ["queue", "queue", "flow", "flow"]
    assert past.verdict("queue", 1) == "too_few"
    assert past.verdicts
    assert list(past.calibration.columns) == [
        *("target", "days", "origins", "pinball_10", "pinball_50", "pinball_90"),
        *(f"fifth_{k}" for k in range(1, 6)),
        *("band_low", "band_high"),
    ]
    with pytest.raises(KeyError):
        past.verdict("queue", 3)
    with pytest.raises(ValueError, match="23"):
        bh.backtest(log, border, hour=24)


@pytest.mark.parametrize("page", ["docs/python.md", "bridgehead/__init__.py"])
def test_examples_run_as_written(page: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    text = (ROOT / page).read_text(encoding="utf-8")
    examples = doctest.DocTestParser().get_doctest(text, {}, page, page, 0)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    runner = doctest.DocTestRunner(optionflags=flags, verbose=False)
    answer: list[str] = []
    assert examples.examples
    assert runner.run(examples, out=answer.append).failed == 0, "".join(answer)


def test_tables_are_frames_with_the_units_of_the_schema(world: bh.World) -> None:
    assert next(iter(world.durations.columns)) == "id"
    assert bh.units(world.durations)["mean_min"] == "min"
    assert set(world.names) >= {"facilities", "services", "links"}
    with pytest.raises(AttributeError):
        world.no_such_table  # noqa: B018


def test_units_survive_an_operation_that_drops_attrs(run: bh.Run) -> None:
    merged = pd.concat([run.facilities, run.facilities])
    merged.attrs = {}
    assert bh.units(merged)["mean_wait_h"] == "h"


def test_a_change_returns_a_new_world_and_leaves_the_old_one(world: bh.World) -> None:
    gate = world.facilities["id"].iloc[0]
    before = int(world.facilities["servers"].iloc[0])
    more = world.change(f"facilities.{gate}.servers", add=1)
    assert int(more.facilities["servers"].iloc[0]) == before + 1
    assert int(world.facilities["servers"].iloc[0]) == before
    assert more.change(f"facilities.{gate}.servers=7").changes[-1].startswith(f"facilities.{gate}.servers=7")
    assert more.fingerprint == world.fingerprint != bh.load().fingerprint
    assert world.check() == []
    assert [gate in sentence for sentence in world.change(f"facilities.{gate}.servers=0").check()] == [True]


def test_the_same_run_as_the_command_line_gives_the_same_figures(run: bh.Run, world: bh.World) -> None:
    from sim.run import prepare, run_scenario

    same = run_scenario(prepare(world.base, days=20, warmup_days=5))
    pd.testing.assert_frame_equal(run.kpis, same.kpis)
    assert run.record["plan_fingerprint"] == same.record()["plan_fingerprint"]


def test_the_trace_has_utc_times_in_the_order_of_a_visit(run: bh.Run) -> None:
    trace = run.trace
    assert str(trace["queued_utc"].dtype) == "datetime64[s, UTC]"
    done = trace[trace["outcome"] == "done"]
    assert (done["queued_utc"] <= done["started_utc"]).all()
    assert (done["started_utc"] <= done["finished_utc"]).all()
    assert len(trace) == run.record["visits"]
    assert list(trace.columns) == [
        *("vehicle", "service", "class", "step", "place", "facility"),
        *("queued_utc", "started_utc", "finished_utc", "departed_utc", "outcome"),
    ]


def test_local_time_is_that_of_the_port(run: bh.Run, world: bh.World) -> None:
    shown = bh.local(run.trace, "Asia/Shanghai")
    assert (shown["queued_utc"].dropna() == run.trace["queued_utc"].dropna()).all(), "the same instants"
    base = bh.load()
    assert str(bh.local(run.trace, "erenhot", base)["queued_utc"].dt.tz) == "Asia/Shanghai"
    assert shown["queued_utc"].iloc[0].hour == (run.trace["queued_utc"].iloc[0].hour + 8) % 24
    with pytest.raises(KeyError):
        bh.local(run.trace, "no_such_place", world)


def test_replications_differ_and_the_first_is_the_single_run(world: bh.World, run: bh.Run) -> None:
    three = world.replicate(3, **SHORT)
    assert sorted(three.kpis["replication"].unique()) == [0, 1, 2]
    first = three.kpis[three.kpis["replication"] == 0].drop(columns="replication").reset_index(drop=True)
    pd.testing.assert_frame_equal(first, run.kpis, check_dtype=False)
    intervals = three.intervals()
    assert (intervals["ci_low"] <= intervals["mean"]).all()
    assert (intervals["mean"] <= intervals["ci_high"]).all()
    narrow, varying = three.intervals(0.5), intervals["ci_low"] < intervals["ci_high"]
    assert varying.any()
    assert (narrow["ci_low"] > intervals["ci_low"])[varying].all()
    alone = world.replicate(1, **SHORT).intervals()
    assert alone[["ci_low", "ci_high"]].isna().all(axis=None)
    assert alone["mean"].notna().all()


def test_scenarios_of_a_comparison_have_their_own_verdicts(world: bh.World) -> None:
    """Also one that changes the same field twice, one change after the other."""
    slower = world.change([f"durations.{id}.mean_min=*2" for id in world.durations["id"]])
    gate = f"facilities.{world.facilities['id'].iloc[0]}.servers"
    same = world.change(gate, add=1).change(gate, add=-1)
    found = bh.compare(world, slower, same, replications=2, names=("slower", "same"), **SHORT)
    assert found.verdict("dwell_h_mean", scenario="slower") != found.verdict("dwell_h_mean", scenario="same")
    rows = found.rows[found.rows["scenario"] == "same"]
    assert (rows["difference"] == 0).all()
    with pytest.raises(KeyError):
        found.verdict("dwell_h_mean")


def test_a_comparison_pairs_runs_and_has_a_verdict(world: bh.World) -> None:
    slower = world.change([f"durations.{id}.mean_min=*2" for id in world.durations["id"]])
    found = bh.compare(world, slower, replications=3, **SHORT)
    assert found.verdict("dwell_h_mean") == "worse"
    assert set(found.rows["scenario"]) == {"scenario_1"}
    with pytest.raises(KeyError):
        found.verdict("no_such_figure")


def test_worlds_of_different_origin_are_not_compared(world: bh.World) -> None:
    gate = world.facilities["id"].iloc[0]
    one, two = (world.change(f"facilities.{gate}.servers={n}") for n in (2, 3))
    with pytest.raises(ValueError, match="scenario_1"):
        bh.compare(one, two, replications=2, **SHORT)
    with pytest.raises(ValueError, match="two worlds"):
        bh.compare(world, replications=2)


def test_an_experiment_runs_into_a_folder_and_opens_again(tmp_path: Path) -> None:
    file = tmp_path / "trial.yaml"
    file.write_text(
        "id: trial\ntitle_en: Trial\ntitle_zh: Trial\ndays: 8\nwarmup_days: 2\nreplications: 2\nscenarios:\n"
        "- id: more\n  changes:\n  - {op: scale, address: services.trucks_out.per_day, value: 1.2}\n"
    )
    world = bh.example()
    results = bh.experiment(file, tmp_path / "out", world=world)
    assert results.scenarios == ("baseline", "more")
    again = bh.open_results(tmp_path / "out", world)
    pd.testing.assert_frame_equal(again.table("kpis"), results.table("kpis"))
    assert again.compare().rows["n"].max() == 2


WRONG: list[dict[str, Any]] = [
    {"days": 0},
    {"days": -3},
    {"days": True},
    {"days": 1.5},
    {"days": "a"},
    {"days": 5, "warmup_days": 5},
    {"seed": -1},
    {"seed": 1.0},
    {"start": "nope"},
]


@pytest.mark.parametrize("settings", WRONG)
def test_settings_out_of_bounds_are_refused_and_never_replaced(world: bh.World, settings: dict[str, int]) -> None:
    with pytest.raises(bh.DataError) as caught:
        world.run(**settings)
    assert caught.value.findings
    for many in (lambda: world.replicate(2, **settings), lambda: bh.compare(world, world, **settings)):
        with pytest.raises(bh.DataError):
            many()


@pytest.mark.parametrize("settings", [{"replications": 0}, {"replications": True}, {"replications": 2, "workers": 0}])
def test_numbers_of_replications_and_workers_are_checked(world: bh.World, settings: dict[str, Any]) -> None:
    with pytest.raises(bh.DataError):
        world.replicate(**settings)
    with pytest.raises(TypeError):
        world.replicate(2, dayz=3)  # type: ignore[call-arg]


def test_numbers_of_numpy_and_instants_of_pandas_are_taken(world: bh.World) -> None:
    made = world.change("facilities.entry_customs.servers", set=np.int64(3))
    assert 3 in set(made.facilities["servers"])
    run = made.run(days=np.int64(3), warmup_days=0, start=pd.Timestamp("2025-02-01"))
    assert run.record["start"] == "2025-02-01"
    with pytest.raises(bh.DataError, match="finite"):
        world.change("facilities.entry_customs.servers", add=float("nan"))


def test_a_scenario_does_not_discard_changes(world: bh.World) -> None:
    changed = world.change("facilities.entry_customs.servers", add=1)
    with pytest.raises(ValueError, match="entry_customs"):
        changed.at("year_2021")


def test_unknown_names_are_answered_with_what_there_is(world: bh.World, run: bh.Run, tmp_path: Path) -> None:
    with pytest.raises(AttributeError, match="facilities"):
        world.facilites  # noqa: B018
    with pytest.raises(KeyError, match="world"):
        bh.local(run.trace, "my_port")
    assert str(bh.local(run.trace, "my_port", world)["queued_utc"].dt.tz) == "Asia/Shanghai"
    with pytest.raises(ValueError, match="World"):
        bh.compare(world, "x")  # type: ignore[arg-type]
    (tmp_path / "file").write_text("")
    with pytest.raises(bh.DataError):
        world.save(tmp_path / "file")


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    for call in (bh.load, bh.proposals, bh.scenarios, bh.open_results):
        with pytest.raises(bh.DataError, match="nowhere") as caught:
            call(nowhere)
        assert caught.value.findings


def test_findings_name_functions_and_not_options(world: bh.World) -> None:
    calls = {
        "change()": lambda: world.change("facilities.no_such_gate.servers=1"),
        "at()": lambda: world.at("year_1066"),
        "experiment()": lambda: bh.experiment("no_such_experiment", "out", world=world),
    }
    for name, call in calls.items():
        with pytest.raises(bh.DataError) as caught:
            call()
        assert str(caught.value).startswith(f"error: {name}")
        assert "--" not in str(caught.value)


def test_names_of_scenarios_are_checked(world: bh.World) -> None:
    more = world.change("facilities.entry_customs.servers", add=1)
    with pytest.raises(bh.DataError, match="names"):
        bh.compare(world, more, names=["two words"], replications=2, **SHORT)
    with pytest.raises(TypeError, match="dayz"):
        world.case(dayz=3)


def test_a_key_figure_is_the_value_of_its_row(run: bh.Run) -> None:
    for row in run.kpis.to_dict("records"):
        wanted = {"port": row["port"], "direction": row["direction"], "side": row["side"], "klass": row["class"]}
        assert run.kpi(row["kpi"], **wanted) == row["value"]


def test_a_key_figure_that_is_not_one_row_is_refused(run: bh.Run) -> None:
    with pytest.raises(KeyError, match="no_such_figure"):
        run.kpi("no_such_figure")


def test_an_unknown_address_is_refused_with_its_finding(world: bh.World) -> None:
    with pytest.raises(bh.DataError) as caught:
        world.change("facilities.no_such_gate.servers", add=1)
    assert "no_such_gate" in str(caught.value)
    with pytest.raises(bh.DataError) as caught:
        world.change(["nonsense", "facilities.x", "also.nonsense.="])
    assert str(caught.value).count("not a change") >= 2
    with pytest.raises(bh.DataError):
        world.apply("no_such_proposal")
    with pytest.raises(ValueError, match="operation"):
        world.change("facilities.x.servers", add=1, scale=2)


def test_an_engine_that_cannot_run_is_refused_and_never_replaced(
    world: bh.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "_is_numba_here", lambda: False)
    with pytest.raises(bh.EngineError, match="numba"):
        world.run(engine="compiled", **SHORT)
    assert world.run(days=3, warmup_days=0).record["engine"] == "simpy"
    with pytest.raises(bh.EngineError, match="abacus"):
        world.run(engine="abacus")


def test_objects_describe_themselves_in_one_line(world: bh.World, run: bh.Run) -> None:
    for thing in (world, run):
        assert "\n" not in repr(thing)
        assert len(repr(thing)) < 160
        assert thing._repr_html_().startswith("<p>&lt;")


def test_the_base_world_has_its_proposals_and_years() -> None:
    world = bh.load()
    known = bh.proposals().set_index("id")
    stated = load_proposals()["m04_erenhot_line"]
    assert stated.capital_musd
    assert stated.yearly_musd
    assert known.loc["m04_erenhot_line", "capital_musd"] == stated.capital_musd.value
    assert known.loc["m04_erenhot_line", "yearly_musd"] == stated.yearly_musd.value
    assert "year_2021" in bh.scenarios()
    assert world.apply("m04_erenhot_line").corridor != world.corridor
    assert world.at("year_2021").case().settings.start.isoformat() == "2020-12-01"


def test_queues_and_flows_over_time_are_those_of_the_run(run: bh.Run) -> None:
    days, hours = run.over_time(24), run.over_time()
    assert list(days) == ["flows", "stocks", "shut"]
    flows = days["flows"]
    assert len(hours["flows"]) == 24 * len(flows) > 0
    assert flows["waiting"].tolist() == run.backlog["vehicles_waiting"].tolist()
    assert hours["flows"]["crossings"].sum() == flows["crossings"].sum() == run.backlog["crossings"].sum() > 0
    assert str(flows["from_utc"].iloc[0]) == f"{run.record['start']} 00:00:00+00:00"
    assert flows["from_utc"].nunique() == SHORT["days"]
    assert bh.units(flows)["waiting"] == "vehicles"
    assert bh.units(flows)["delivered_t"] == "t"
    shut = days["shut"]
    assert (shut["from_utc"] < shut["to_utc"]).all()
    assert set(shut["reason"]) == {"hours"}
    with pytest.raises(ValueError, match="at least 1 hour"):
        run.over_time(0)
