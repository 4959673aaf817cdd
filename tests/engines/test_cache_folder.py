"""Machine code of the compiled engine is cached in the user's folder, not beside the sources."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest

from corridors.io import cache_folder
from sim.core import machine_code
from sim.engines import loop
from tests.helpers.processes import PYTHON, run

ROOT = Path(__file__).parents[2]


def test_machine_code_is_not_kept_beside_the_sources() -> None:
    folder = Path(loop.play.stats.cache_path)
    assert ROOT not in folder.parents
    chosen = os.environ.get("NUMBA_CACHE_DIR") or cache_folder.cache_folder()
    assert Path(str(chosen)) in folder.parents


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the folder has another name there")
def test_a_cache_folder_that_cannot_be_made_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder.cache_folder() == tmp_path / "bridgehead"
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert cache_folder.cache_folder() is None


def test_a_full_disk_ends_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Machine code that cannot be kept, or read again, is compiled again."""
    made = machine_code.jit(_plus)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for doing in ("save", "load"):
        monkeypatch.setattr(made._cache._cache_file, doing, full)
    assert made(40, 2) == 42
    assert made(0.5, 0.25) == 0.75


def _plus(a: float, b: float) -> float:
    return a + b


def test_a_function_stays_plain_where_machine_code_is_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_code._config, "DISABLE_JIT", 1)
    assert machine_code.jit(os.fspath) is os.fspath


def test_the_reference_engine_runs_where_machine_code_is_switched_off() -> None:
    code = "import sim.engines as e; print(e.resolve_engine(), e.resolve_engine('compiled'))"
    done = run([*PYTHON, code], env=os.environ | {"NUMBA_DISABLE_JIT": "1"})
    assert done.stdout.split() == ["simpy", "simpy"]
