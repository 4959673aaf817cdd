"""Replies of a worker of short runs that has figures from before."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from app import run_cache
from app.run_worker import Runner
from app.short_run import Kind, ShortRun
from corridors.fingerprint import fingerprint
from corridors.load import load_corridor
from sim.reuse import KeptUnits
from sim.run import BASELINE

KINDS: tuple[Kind, ...] = ("answer", "result")


def test_a_worker_with_kept_figures_sends_rows_for_which_no_engine_runs_in_the_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = KeptUnits()
    monkeypatch.setattr("app.short_run.kept_units", lambda *bytes: kept)
    runner, data = Runner(), fingerprint(load_corridor())
    value: Any = None
    for kind in KINDS:
        run = ShortRun(kind, BASELINE, run_cache.QUICK_START, 2, 0, 1)
        status, value = runner.reply(run.plain() | {"data": data})
        assert status == "made", value
    assert kept.units.found == len(kept.units) > 0
    sent = pickle.loads(pickle.dumps(value, protocol=5))
    monkeypatch.delattr("sim.engines.play")
    assert len(sent.trace.vehicle) == len(sent.visits) > 0
