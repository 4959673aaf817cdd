"""Traces and event logs as files: exact columns, readable text, and nothing half-written."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from sim.engines import simulate
from sim.reports import trace_files
from sim.reports.trace_files import write_event_log, write_trace
from tests.helpers.plans import random_plan
from tests.helpers.stories import one_truck_two_trips, three_trains


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_trace_has_the_declared_columns(tmp_path: Path) -> None:
    write_trace(three_trains(), tmp_path / "trace.csv")
    rows = read_csv(tmp_path / "trace.csv")
    assert list(rows[0]) == [
        "vehicle",
        "service",
        "class",
        "step",
        "place",
        "facility",
        "queued_s",
        "started_s",
        "finished_s",
        "departed_s",
        "outcome",
    ]
    assert len(rows) == 18
    assert list(rows[2].values()) == [
        *("west-000000", "west", "container_train", "receive", "", "track"),
        *("3600", "3600", "3600", "14400", "done"),
    ]
    assert list(rows[-1].values())[-5:] == ["32400", "32400", "", "", "in service"]


def test_excel_is_told_the_encoding(tmp_path: Path) -> None:
    write_trace(three_trains(), tmp_path / "trace.csv")
    assert (tmp_path / "trace.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_both_formats_say_the_same_in_pieces_or_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trace = simulate(random_plan(6))
    assert len(trace) > 20
    assert (trace.plan.vehicle_trips > 1).any()
    for write in (write_trace, write_event_log):
        write(trace, tmp_path / "once.parquet")
        monkeypatch.setattr(trace_files, "ROWS_AT_A_TIME", 7)
        write(trace, tmp_path / "pieces.parquet")
        write(trace, tmp_path / "pieces.csv")
        monkeypatch.undo()
        once, pieces = (pd.read_parquet(tmp_path / f"{name}.parquet") for name in ("once", "pieces"))
        pd.testing.assert_frame_equal(once, pieces)
        text = pd.read_csv(tmp_path / "pieces.csv")
        assert list(text.columns) == list(once.columns)
        assert len(text) == len(once)


def test_an_event_log_tells_each_journey_in_order(tmp_path: Path) -> None:
    write_event_log(one_truck_two_trips(), tmp_path / "log.csv")
    rows = read_csv(tmp_path / "log.csv")
    assert list(rows[0]) == ["case", "activity", "lifecycle", "timestamp", "resource"]
    second = [row for row in rows if row["case"] == "trucks-000000.0001"]
    assert [(row["activity"], row["lifecycle"], row["timestamp"], row["resource"]) for row in second] == [
        ("load", "start", "2023-01-01T04:00:00Z", "loader"),
        ("load", "complete", "2023-01-01T05:00:00Z", "loader"),
        ("gate", "start", "2023-01-01T08:00:00Z", "gate"),
        ("gate", "complete", "2023-01-01T09:00:00Z", "gate"),
        ("unload", "start", "2023-01-01T09:00:00Z", ""),
        ("unload", "complete", "2023-01-01T10:00:00Z", ""),
    ]
    assert {row["case"] for row in rows} == {"trucks-000000.0000", "trucks-000000.0001"}


def test_a_train_that_comes_once_is_one_case(tmp_path: Path) -> None:
    write_event_log(three_trains(), tmp_path / "log.parquet")
    log = pd.read_parquet(tmp_path / "log.parquet")
    assert set(log["case"]) == {"west-000000", "west-000001", "west-000002"}
    assert log["timestamp"].iloc[3].to_pydatetime() == datetime.fromisoformat("2023-01-01T01:00:00+00:00")
    for _, events in log.groupby("case"):
        assert events["timestamp"].is_monotonic_increasing
    # Train 2 is still in customs: a start without an end.
    assert log[log["case"] == "west-000002"]["lifecycle"].iloc[-1] == "start"


def test_another_ending_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"expected .parquet or .csv"):
        write_trace(three_trains(), tmp_path / "trace.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "trace.csv"
    path.write_text(json.dumps("old"), encoding="utf-8")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(trace_files, "_vehicles", fail)
    with pytest.raises(OSError, match="disk full"):
        write_trace(three_trains(), path)
    assert path.read_text(encoding="utf-8") == '"old"'
    assert [file.name for file in tmp_path.iterdir()] == ["trace.csv"]
