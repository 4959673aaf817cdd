"""States: from a log at an instant, from a run at a second, as a file, and in a plan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from corridors.findings import DataError
from corridors.io.folders import data_root
from corridors.load import load_corridor
from corridors.records.mapping import load_map
from sim.compile.assembly import compile_plan
from sim.compile.programs import programs
from sim.core.run_settings import RunSettings
from sim.engines import play
from sim.studies.forecast.from_log import past_queue, state_of_log
from sim.studies.forecast.from_run import state_of_run, step_ops
from sim.studies.forecast.state_file import StateVehicle, WorldState, read_instant, read_state, write_state
from tests.conftest import Told
from tests.helpers.gate_logs import HEAD, LANE, at, regular, visits
from tests.helpers.small_border import small_border

Bridgehead = Callable[..., Told]

MIDNIGHT = datetime(2026, 3, 1, 16, tzinfo=UTC)
"""2026-03-02 00:00 on the clock of the log."""
TIME = "what,service,step,doing,since,count,id,level\ntime,,,,2026-03-02T08:00:00+08:00,,,\n"
PARTS = "what,service,step,doing,since,part\ntime,,,,2026-03-02T08:00:00+08:00,\n"


def of_log(folder: Path, rows: list[str], minutes: float) -> WorldState:
    found = visits(folder, rows)
    border = small_border()
    the_map = load_map(folder / "map.yaml", border)
    return state_of_log(found, the_map, border, MIDNIGHT + timedelta(minutes=minutes)).state


def test_at_an_instant_a_log_has_who_waits_and_who_is_served_in_order(tmp_path: Path) -> None:
    rows = [f"B{k},{at(600 + k)},{at(620 + 10 * k)},{at(630 + 10 * k)}" for k in range(4)]
    found = of_log(tmp_path, [*regular(20), *rows], 625)
    assert [(one.doing, one.since) for one in found.vehicles] == [
        ("working", MIDNIGHT + timedelta(minutes=620)),
        *(("waiting", MIDNIGHT + timedelta(minutes=600 + k)) for k in (1, 2, 3)),
    ]
    assert found.covers == ("shuttle.lane",)


def test_nothing_after_the_instant_is_in_a_state(tmp_path: Path) -> None:
    """The same log, cut at the instant, has the same state but for the work that it then shows as open."""
    rows = regular(60)
    found = of_log(tmp_path, rows, 303)
    assert [(one.doing, one.count) for one in found.vehicles] == [("waiting", 1)]


def test_vehicles_that_the_system_lost_are_in_no_state(tmp_path: Path) -> None:
    """The system is down while ten trucks are served: their rows end with the arrival, and those behind are served.

    They were waiting in every state until the day on which the truck came again.
    """
    rows = [f"S{k:03d},{at(10 * k)},{at(10 * k + 30)},{at(10 * k + 34)}" for k in range(60)]
    rows += [f"D{k},{at(601 + k)},," for k in range(10)]
    rows += [f"A{k:03d},{at(620 + 10 * k)},{at(650 + 10 * k)},{at(654 + 10 * k)}" for k in range(30)]
    rows += [f"W{k},{at(900 + k)},{at(950 + k)},{at(951 + k)}" for k in range(2)]
    rows += [f"D{k},{at(2000 + k)},{at(2010 + k)},{at(2011 + k)}" for k in range(10)]
    found = of_log(tmp_path, rows, 905)
    waiting = [one for one in found.vehicles if one.doing == "waiting"]
    assert {one.since for one in waiting} <= {MIDNIGHT + timedelta(minutes=m) for m in (880, 890, 900, 901)}
    assert len(waiting) == 5


def test_plates_are_in_no_file_of_a_state(tmp_path: Path, bridgehead: Bridgehead) -> None:
    (tmp_path / "log.csv").write_text("\n".join([HEAD, *regular(), f"PLATE9,{at(1200)},,"]), encoding="utf-8")
    (tmp_path / "map.yaml").write_text(LANE, encoding="utf-8")
    told = bridgehead(
        *("state", tmp_path / "log.csv", "--map", tmp_path / "map.yaml", "--at", "2026-03-02T19:59"),
        *("--out", tmp_path / "state.csv", "--json", "-", "--data", _saved(tmp_path)),
    )
    assert told.status == 0, told.err
    text = (tmp_path / "state.csv").read_text(encoding="utf-8") + told.out + told.err
    assert "A000" not in text
    assert "PLATE" not in text


def _saved(folder: Path) -> Path:
    from corridors.io.tables import save

    save(small_border(), folder / "world")
    return folder / "world"


def test_a_state_is_read_as_it_was_written(tmp_path: Path) -> None:
    border, settings = small_border(), RunSettings(datetime(2025, 3, 3).date(), 6)
    run = play(compile_plan(border, settings), "compiled")
    state = state_of_run(run, border, settings, datetime(2025, 3, 6, 5, tzinfo=UTC))
    assert state.total > 10
    assert state.stocks
    assert any(one.rest_s for one in state.vehicles)
    write_state(tmp_path / "state.csv", state)
    read = read_state(tmp_path / "state.csv", border)
    assert (read.at, read.stocks, read.covers) == (state.at, state.stocks, state.covers)
    assert [(one.service, one.step, one.doing, one.rest_s, one.part) for one in read.vehicles] == [
        (one.service, one.step, one.doing, one.rest_s, one.part) for one in state.vehicles
    ]


def test_ops_of_a_plan_are_those_of_the_steps() -> None:
    border, settings = small_border(), RunSettings(datetime(2025, 3, 3).date(), 2)
    plan = compile_plan(border, settings)
    names = step_ops(plan, programs(border, settings))
    assert {service for service, _ in names.ops_of} == set(plan.labels.service)
    for (service, step), ops in names.ops_of.items():
        assert {plan.labels.op_service[op] for op in ops} == {service}
        assert {plan.labels.op_step[op].partition(".")[0] for op in ops} == {step.partition(".")[2]}


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (TIME + "vehicle,shuttle,shuttle.lan,waiting,,,,\n", "state.step"),
        (TIME + "vehicle,shuttles,shuttle.lane,waiting,,,,\n", "state.service"),
        (TIME + "vehicle,shuttle,shuttle.lane,queueing,,,,\n", "state.doing"),
        (TIME + "vehicle,shuttle,shuttle.lane,waiting,2026-03-02T09:00:00+08:00,,,\n", "state.later"),
        (TIME + "vehicle,shuttle,shuttle.lane,waiting,2026-03-02 07:00,,,\n", "state.no_offset"),
        (TIME + "vehicle,shuttle,shuttle.lane,waiting,yesterday,,,\n", "state.no_time"),
        (TIME + "vehicle,shuttle,shuttle.lane,waiting,0001-01-01T00:00:00+14:00,,,\n", "state.no_time"),
        (TIME + "vehicle,shuttle,shuttle.lane,waiting,,0,,\n", "state.number"),
        (TIME + f"vehicle,shuttle,shuttle.lane,waiting,,{'9' * 5000},,\n", "state.number"),
        (TIME + "vehicle,express,shuttle.lane,waiting,,,,\n", "state.other_itinerary"),
        (TIME + "stock,,,,,,wagon,3\n", "state.stock"),
        (TIME + 2 * "stock,,,,,,wagon_sets,3\n", "state.stock_twice"),
        (PARTS + "vehicle,shuttle,shuttle.lane,waiting,,7\n", "state.part"),
        (TIME + "crane,,,,,,,\n", "state.what"),
        ("what,service\ntime,\n", "state.no_column"),
        ("what,since\nvehicle,\n", "state.one_time"),
    ],
)
def test_faults_of_a_state_are_findings_with_their_line(tmp_path: Path, rows: str, code: str) -> None:
    (tmp_path / "state.csv").write_text(rows, encoding="utf-8")
    with pytest.raises(DataError) as refused:
        read_state(tmp_path / "state.csv", small_border())
    line = {"state.no_column": None, "state.one_time": None, "state.stock_twice": 4}.get(code, 3)
    assert (code, line) in [(one.code, one.row) for one in refused.value.findings]
    assert {one.file for one in refused.value.findings} == {str(tmp_path / "state.csv")}


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("what,service\ntime,\n", "state.no_column", None),
        ("what,since\nvehicle,\n", "state.one_time", None),
        ("what,since\nvehicle,\ntime,yesterday\n", "state.no_time", 3),
        ("what,since\ntime,2026-03-02T08:00\n", "state.no_offset", 2),
    ],
)
def test_faults_of_the_instant_are_found_without_a_world(tmp_path: Path, text: str, code: str, line: int) -> None:
    (tmp_path / "state.csv").write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as refused:
        read_instant(tmp_path / "state.csv")
    assert [(one.code, one.row) for one in refused.value.findings] == [(code, line)]


def test_the_instant_of_a_state_is_that_of_its_row(tmp_path: Path) -> None:
    (tmp_path / "state.csv").write_text(TIME, encoding="utf-8")
    assert read_instant(tmp_path / "state.csv") == datetime(2026, 3, 2, tzinfo=UTC)


def test_a_state_without_vehicles_and_one_of_a_long_queue_are_valid(tmp_path: Path) -> None:
    (tmp_path / "state.csv").write_text(TIME, encoding="utf-8")
    empty = read_state(tmp_path / "state.csv", small_border())
    assert (empty.total, empty.vehicles, empty.covers) == (0, (), ())
    (tmp_path / "state.csv").write_text(TIME + "vehicle,express,export.customs,waiting,,412,,\n", encoding="utf-8")
    assert read_state(tmp_path / "state.csv", small_border()).total == 412


def test_at_a_branch_the_finding_names_the_next_step_at_which_a_vehicle_can_be(tmp_path: Path) -> None:
    border = small_border()
    branch = next(one for one in border.itineraries.values() if one.kind in ("branch", "choose", "mark"))
    (tmp_path / "state.csv").write_text(TIME + f"vehicle,express,{branch.id},waiting,,,,\n", encoding="utf-8")
    with pytest.raises(DataError) as refused:
        read_state(tmp_path / "state.csv", border)
    [finding] = [one for one in refused.value.findings if one.code == "state.step_kind"]
    assert finding.nearest in border.itineraries


def test_options_of_a_run_are_refused_with_logs(tmp_path: Path, bridgehead: Bridgehead) -> None:
    (tmp_path / "log.csv").write_text("\n".join([HEAD, *regular()]), encoding="utf-8")
    (tmp_path / "map.yaml").write_text(LANE, encoding="utf-8")
    asked = ("state", tmp_path / "log.csv", "--map", tmp_path / "map.yaml", "--at", "2026-03-02T10:00")
    for more in (("--scenario", "baseline"), ("--set", "facilities.customs.servers=3"), ("--seed", "1")):
        told = bridgehead(*asked, "--out", tmp_path / "state.csv", "--data", _saved(tmp_path), *more)
        assert told.status == 2
        assert more[0] in told.err
        assert "only without logs" in told.err


def test_the_queue_of_a_log_before_an_instant_is_that_of_its_hours(tmp_path: Path) -> None:
    """On 2 and 4 March one waits from 07:30 to 08:30, on 3 March nothing was recorded; the log begins on 2 March."""
    days = ("2026-03-02", "2026-03-04")
    rows = [f"A{day[-1]},{at(450, day)},{at(510, day)},{at(520, day)}" for day in days]
    rows += [f"B{day[-1]},{at(1, day)},{at(1, day)},{at(3, day)}" for day in days]
    found = visits(tmp_path, rows)
    map_ = load_map(tmp_path / "map.yaml", small_border())
    past = past_queue(found, map_, datetime(2026, 3, 4, 1, tzinfo=UTC))  # 09:00 in Shanghai.
    waits = {when.astimezone(ZoneInfo("Asia/Shanghai")).strftime("%d %H"): n for when, n in past}
    assert next(iter(waits)) == "02 01"
    assert {hour for hour, n in waits.items() if n} == {"02 08", "04 08"}
    assert {hour[:2] for hour, n in waits.items() if n is None} == {"03"}
    assert past_queue(found, map_, datetime(2026, 3, 4, 1, tzinfo=UTC), 1)[0][0].day == 3


def test_a_state_of_old_records_says_how_old_it_is(tmp_path: Path, bridgehead: Bridgehead) -> None:
    """Nothing is written down from 09:09 to 18:00: at noon the state is three hours old, at 16:00 seven."""
    rows = [*regular(28), f"Z1,{at(1080)},{at(1085)},{at(1090)}"]
    (tmp_path / "log.csv").write_text("\n".join([HEAD, *rows]), encoding="utf-8")
    (tmp_path / "map.yaml").write_text(LANE, encoding="utf-8")
    for hour, said in ((12, False), (16, True)):
        told = bridgehead(
            *("state", tmp_path / "log.csv", "--map", tmp_path / "map.yaml", "--at", f"2026-03-02T{hour}:00"),
            *("--out", tmp_path / "state.csv", "--data", _saved(tmp_path)),
        )
        assert told.status == 0, told.err
        assert ("no time in the 7 h before" in told.err) is said


def test_a_state_that_cannot_be_written_is_not_reported_as_written(
    tmp_path: Path, bridgehead: Bridgehead, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, state: WorldState) -> None:
        raise OSError(28, "No space left on device", str(path))

    (tmp_path / "log.csv").write_text("\n".join([HEAD, *regular()]), encoding="utf-8")
    (tmp_path / "map.yaml").write_text(LANE, encoding="utf-8")
    monkeypatch.setattr("sim.studies.forecast.state_file.write_state", full)
    told = bridgehead(
        *("state", tmp_path / "log.csv", "--map", tmp_path / "map.yaml", "--at", "2026-03-02T10:00"),
        *("--out", tmp_path / "state.csv", "--data", _saved(tmp_path)),
    )
    assert told.status != 0
    assert "state.csv" not in told.out


def test_no_output_replaces_another_or_the_state(bridgehead: Bridgehead, tmp_path: Path) -> None:
    world, file = _saved(tmp_path), tmp_path / "state.csv"
    at = ("--at", "2025-03-03T12:00+08:00")
    twice = bridgehead("state", "--data", world, *at, "--out", file, "--json", file)
    assert (twice.status, file.exists()) == (2, False)
    assert "file.named_twice" in twice.err
    file.write_text(TIME, encoding="utf-8")
    over = bridgehead("forecast", "--data", world, "--state", file, "--json", file)
    assert (over.status, file.read_text(encoding="utf-8")) == (2, TIME)
    assert "file.is_input" in over.err
    for option in ("--announced", "--backtest"):
        also = bridgehead("forecast", "--data", world, *at, option, file, "--json", file)
        assert (also.status, file.read_text(encoding="utf-8")) == (2, TIME)
        assert "file.is_input" in also.err
    out = tmp_path / "out"
    both = bridgehead("forecast", "--data", world, *at, "--out", out, "--json", out / "queue.csv")
    assert (both.status, out.exists()) == (2, False)
    assert "file.named_twice" in both.err


def test_a_train_may_wait_on_its_way_where_paths_are_limited(tmp_path: Path) -> None:
    """A run of Khorgos leaves trains that wait for the line; no link of Chirundu has paths."""
    when = datetime(2026, 3, 2, 8, tzinfo=UTC)
    for name, service, step in (("khorgos", "west", "west.to_destination"), ("chirundu", "north", "north.to_border")):
        corridor = load_corridor(data_root() / "examples" / name)
        state = WorldState(when, (StateVehicle(service, step, "waiting", when),), {})
        write_state(tmp_path / "state.csv", state)
        if name == "khorgos":
            assert read_state(tmp_path / "state.csv", corridor).vehicles == state.vehicles
            continue
        with pytest.raises(DataError) as caught:
            read_state(tmp_path / "state.csv", corridor)
        assert [finding.code for finding in caught.value.findings] == ["state.cannot"]
