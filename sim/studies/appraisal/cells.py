"""Figures of one cell of an appraisal: one set of works, one future and one year, in some replications.

Input: the folder of its runs (:mod:`sim.experiments.store`). Output: :class:`CellFigures`, what an appraisal reads of
them. They are kept in the folder beside the runs, so that a programme that was run opens at once; they are read anew
where the files of the runs, their number or the code have changed.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from corridors.io.atomic_files import write_atomically
from corridors.io.json_files import read_json

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.store import Store

FORMAT: Final = 2


@dataclass(frozen=True)
class CellFigures:
    """What is read of the runs of one cell."""

    flows: pd.DataFrame
    """See :mod:`sim.kpi.service_flows`; with the replication."""
    growing: frozenset[tuple[str, str, str]]
    """(port, direction, class) whose queue grows without bound."""
    stocks: pd.DataFrame
    """Unit, and change within the measured days, of each stock of cargo; with the replication."""


def files_of(folder: Path, scenario: str, replications: int) -> list[Path]:
    """The files of the first replications of a cell."""
    from sim.experiments.shard import Shard

    return [folder / Shard(scenario, k, k).file_name for k in range(replications)]


def figures_in(folder: Path, scenario: str, replications: int) -> CellFigures | None:
    """The figures of the first replications in a folder; None if runs are missing, failed or are of other code."""
    from sim.experiments.shard import code_fingerprint
    from sim.experiments.store import open_store

    files = files_of(folder, scenario, replications)
    if not all(file.is_file() for file in files):
        return None
    stats = [file.stat() for file in files]
    # Plain lists, as JSON has them.
    state = [FORMAT, code_fingerprint(), [[one.st_size, one.st_mtime_ns] for one in stats]]
    kept = folder / f"_figures_{replications}.json"
    if (found := _kept(kept, state)) is not None:
        return found
    store = open_store(folder, in_memory=True)
    whole = {one.shard.first for one in store.saved() if not one.failed}
    if store.manifest["code_fingerprint"] != code_fingerprint() or not whole >= set(range(replications)):
        return None
    found = _read(store, replications)
    with suppress(OSError):  # A folder that is read-only is read again the next time.
        write_atomically(kept, json.dumps({"state": state, **plain_figures(found)}).encode())
    return found


def _read(store: Store, replications: int) -> CellFigures:
    stocks = store.read("stocks", replications)
    stocks = stocks[(stocks["stock_kind"] == "cargo") & stocks["change"].notna()]
    return CellFigures(
        store.read("flows", replications).drop(columns="scenario"),
        growing_queues(store, replications),
        stocks[["replication", "stock", "stock_kind", "unit", "change"]],
    )


def growing_queues(store: Store, replications: int | None = None) -> frozenset[tuple[str, str, str]]:
    """(port, direction, class) whose queue grows without bound in the runs of a store, or the first of them."""
    from sim.studies.compare import ExperimentResults
    from sim.studies.compare.steady_state import unsteady_queues

    results = ExperimentResults.of(store, ("backlog",))
    if replications is not None:
        results = replace(results, backlog=results.backlog[results.backlog["replication"] < replications])
    return frozenset(unsteady_queues(results).growing)


def plain_figures(found: CellFigures) -> dict[str, Any]:
    """Figures as plain values, a list for each column."""
    tables = {"flows": found.flows, "stocks": found.stocks}
    plain = {name: {column: table[column].tolist() for column in table} for name, table in tables.items()}
    return {**plain, "growing": sorted(map(list, found.growing))}


def _kept(path: Path, state: list[Any]) -> CellFigures | None:
    """Figures that were kept for the same files; None if there are none."""
    import pandas as pd

    try:
        content = read_json(path)
        if content["state"] != state:
            return None
        growing = frozenset((port, direction, klass) for port, direction, klass in content["growing"])
        return CellFigures(pd.DataFrame(content["flows"]), growing, pd.DataFrame(content["stocks"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
