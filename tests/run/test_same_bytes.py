"""Whatever is kept, whichever engine runs and however many work: the same tables, to the last bit.

``make slow`` compares every proposal and every year of the data; the tests that always run compare one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from corridors.io.cache_folder import REUSE, VARIABLE
from corridors.io.folders import data_root
from corridors.load import load_corridor
from corridors.overlay.proposals import Scenario, load_proposals, load_scenario
from sim.engines import ENGINES
from sim.experiments.batch import run_batch
from sim.experiments.experiment import load_experiment
from sim.experiments.store import MANIFEST, TIMES
from sim.reuse import KeptUnits
from sim.run import prepare, run_scenario
from tests.run.test_reuse import assert_equal

PROPOSALS = sorted(path.stem for path in (data_root() / "proposals").glob("*.yaml"))
YEARS = sorted(path.stem for path in (data_root() / "years").glob("*.yaml"))


def scenario_of(name: str) -> Scenario:
    """A proposal by itself, or a year of the data."""
    if name in YEARS:
        return load_scenario(data_root() / "years" / f"{name}.yaml")
    return Scenario(id="alone", proposals=(name,))


def same_everywhere(name: str, days: int) -> None:
    """Assert that both engines, with and without what runs before have left, make the same of a scenario."""
    world, proposals, scenario = load_corridor(), load_proposals(), scenario_of(name)
    start = proposals[name].opening_date if name in proposals else None
    case = prepare(world, scenario, proposals, start=start, days=days, warmup_days=1)
    before = prepare(world, start=case.settings.start, days=days, warmup_days=1)
    alone = {engine: run_scenario(case, engine) for engine in ENGINES}
    found = list(alone.values())
    for engine in ENGINES:
        kept = KeptUnits()
        run_scenario(before, engine, kept=kept)
        found.append(run_scenario(case, engine, kept=kept))
    for other in found[1:]:
        assert_equal(found[0], other)
    assert len({one.record()["plan_fingerprint"] for one in found}) == 1


@pytest.mark.parametrize("name", ["m25_ganqimaodu_closed"])
def test_one_scenario_has_the_same_tables_everywhere(name: str) -> None:
    same_everywhere(name, days=2)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*PROPOSALS, *YEARS])
def test_every_scenario_has_the_same_tables_everywhere(name: str) -> None:
    same_everywhere(name, days=10)


def damage(folder: Path) -> None:
    """Change a byte in the middle of every kept file."""
    for file in (path for path in folder.rglob("*") if path.is_file()):
        content = bytearray(file.read_bytes())
        if content:
            content[len(content) // 2] ^= 0xFF
            file.write_bytes(content)


def of_another_version(folder: Path) -> None:
    """Begin every kept file with something else, as another version may."""
    for file in (path for path in folder.rglob("*") if path.is_file()):
        file.write_bytes(b"other" + file.read_bytes())


def deleted(folder: Path) -> None:
    """Delete every kept file."""
    for file in (path for path in folder.rglob("*") if path.is_file()):
        file.unlink()


@pytest.mark.slow
def test_a_batch_has_the_same_files_with_any_cache_and_any_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    monkeypatch.setenv(VARIABLE, str(cache))
    experiment = load_experiment(data_root() / "experiments" / "smoke.yaml")
    cases: list[tuple[str, int, Callable[[Path], None] | None]] = [
        ("0", 1, None),
        ("1", 1, None),
        ("1", 1, damage),
        ("1", 2, deleted),
        ("1", 1, of_another_version),
        ("0", 2, None),
    ]
    found = []
    for k, (reuse, workers, harm) in enumerate(cases):
        monkeypatch.setenv(REUSE, reuse)
        if harm:
            harm(cache)
        out = tmp_path / str(k)
        run_batch(experiment, out, load_corridor(), load_proposals(), workers=workers)
        found.append({path.name: path.read_bytes() for path in out.iterdir() if path.name != TIMES})
    assert MANIFEST in found[0]
    assert list(cache.iterdir())
    assert all(files == found[0] for files in found)
