"""Rows of a file of results that no run can have written.

Each row must be there once, of known sides and days, and not negative. Hashes show damage, not who made a file: such
rows are refused before anything is computed from them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from corridors.findings import Finding
from corridors.io.characters import UNSHOWN
from corridors.messages import Param, message
from corridors.sides import BOTH, DIRECTIONS, POSITION
from sim.core.kpi_declarations import KPIS
from sim.core.run_settings import MOST_DAYS
from sim.experiments.result_schema import GROUP
from sim.studies.result_file.contents import ROOM, refused

if TYPE_CHECKING:
    import pyarrow as pa

RUN: Final = ("scenario", "replication")
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "kpis": (*GROUP, "side", "kpi"),
    "facilities": ("facility",),
    "links": ("link",),
    "bottlenecks": (*GROUP, "facility"),
    "waiting": (*GROUP, "at", "cause"),
    "waiting_by_root": (*GROUP, "at", "root", "root_state", "stock", "stock_state", "stock_service"),
    "backlog": (*GROUP, "day"),
    "stocks": ("stock",),
    "dwell": (*GROUP, "side", "step", "at"),
    "runs": (),
    "detours": ("class", "service", "link"),
    "flows": ("service", "class"),
}
"""Columns by which a row of a run is the only one of its kind; none of them is empty."""
SIGNED: Final = ("change", "drift_per_day", "more_h")
"""Columns of numbers that may be below 0."""
SHARES: Final = ("share_of_waiting", "momentary_share", "root_share")
"""Columns that are at most 1."""
ROUNDING: Final = 1e-9
NAMED: Final[Mapping[str, frozenset[str]]] = {
    "side": frozenset({"", BOTH, *POSITION}),
    "direction": frozenset({"", *DIRECTIONS}),
    "kpi": frozenset(KPIS),
}
"""Columns with a few names, and these."""


def wrong_days(manifest: Mapping[str, Any]) -> bool:
    """Whether the scenarios of a manifest have days that no run has."""
    spans = ((one["days"], one.get("warmup_days", 0)) for one in manifest["scenarios"].values())
    return any(not 0 <= (warmup or 0) < days <= MOST_DAYS for days, warmup in spans)


def row_findings(
    tables: Mapping[str, pa.Table], manifest: Mapping[str, Any], known: set[tuple[str, int]], name: str
) -> Iterator[Finding]:
    """The findings about the rows, the first of each column.

    ``known`` are the runs that the file may have, as (scenario, replication).
    """
    days = next(iter(manifest["scenarios"].values()))["days"]
    for kind, table in tables.items():
        for column, found, want, params in _wrong(kind, table, days, known):
            expected = message(f"want.{want}", ROOM, **params)
            yield refused(name, "wrong_rows", expected, UNSHOWN.sub("?", found)[:80], f"{kind}.{column}")


def _wrong(
    kind: str, table: pa.Table, days: int, known: set[tuple[str, int]]
) -> Iterator[tuple[str, str, str, dict[str, Param]]]:
    """Column, value found and value wanted of each kind of fault."""
    import pyarrow as pa
    import pyarrow.compute as pc

    runs = table.group_by(list(RUN)).aggregate([])
    for pair in zip(runs["scenario"].to_pylist(), runs["replication"].to_pylist(), strict=True):
        if pair not in known:
            yield "scenario", str(pair), "own_rows", {}
            return
    key = [*RUN, *KEYS[kind]]
    for column in key:
        if table[column].null_count:
            yield column, "", "value_in_each_row", {}
            return
    counted = table.group_by(key).aggregate([([], "count_all")])
    if counted.num_rows < table.num_rows:
        twice = counted.filter(pc.greater(counted["count_all"], 1)).slice(0, 1).to_pylist()[0]
        yield key[-1], ", ".join(str(twice[column]) for column in key), "each_row_once", {}
    for column in table.column_names:
        values = table[column]
        if names := NAMED.get(column):
            strange = [one for one in pc.unique(values).to_pylist() if one not in names]
            if strange:
                yield column, str(strange[0]), "one_of", {"names": tuple(sorted(names - {""}))}
        elif not pa.types.is_string(values.type):
            low, high = pc.min_max(values).as_py().values()
            most = days - 1 if column == "day" else 1 + ROUNDING if column in SHARES else float("inf")
            if low is None:
                continue
            whole = pc.all(pc.is_finite(values), min_count=0).as_py()
            if not whole:
                yield column, "inf", "finite_values", {}
            elif low < 0 and column not in SIGNED:
                yield column, f"{low:g}", "values_from_0", {}
            elif high > most:
                yield column, f"{high:g}", "values_to", {"most": f"{most:g}"}
