"""The stored rows of runs: all kinds in one wide table, the content of a shard's Parquet file.

Input: the tables of runs (:class:`sim.kpi.run_tables.RunTables`). Output: the bytes of one Parquet file, the same for
the same runs. ``kind`` is the kind of a row; the columns of other kinds are null and cost nothing. No row has the time
or the place of its computation.

===================  ============================================================================================"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

GROUP: Final = ("port", "direction", "class")
KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "kpis": ("port", "side", "direction", "class", "kpi", "unit", "value", "n"),
    "facilities": (
        *("port", "side", "facility", "served", "utilisation"),
        *("mean_wait_h", "p95_wait_h", "mean_queue", "max_queue"),
    ),
    "links": ("link", "vehicles_per_day", "utilisation", "mean_wait_h"),
    "bottlenecks": (*GROUP, "facility", "share_of_waiting", "momentary_share", "root", "root_state", "root_share"),
    "waiting": (*GROUP, "at", "cause", "hours"),
    "waiting_by_root": (*GROUP, "at", "root", "root_state", "stock", "stock_state", "stock_service", "hours"),
    "backlog": (
        *(*GROUP, "day", "vehicles_waiting", "waiting_end"),
        *("crossings", "fleet_crossings", "crossed_t", "fleet_crossed_t", "delivered_t"),
    ),
    "stocks": (
        *("port", "side", "stock", "stock_kind", "unit", "capacity"),
        *("level_first", "level_start", "level_end", "change", "level_min", "level_max", "in_per_day", "out_per_day"),
        *("drift_per_day", "days_until_full", "days_until_empty"),
    ),
    "dwell": (*GROUP, "side", "step", "at", "wait_h", "service_h"),
    "runs": (
        *("seed", "version", "data_fingerprint", "plan_fingerprint"),
        *("arrived", "departed", "in_system", "visits", "deadlocked", "problems"),
        *("failure_stage", "failure_type", "failure_message", "unsupplied"),
    ),
    "detours": ("class", "service", "link", "vehicles", "more_h"),
    "flows": (
        *("service", "class", "journeys", "load_t", "tonnes_per_day", "delivered_t_per_day", "charges_usd"),
        *("hours", "hours_sd", "wait_h", "loaded_wait_h", "co2_kg"),
    ),
}
"""Columns of each kind of row, after ``kind``, ``scenario`` and ``replication``."""

RUNS: Final = "runs"
"""The kind that every store has: what was run, and whether it failed."""

KEY: Final = ("kind", "scenario", "replication")
COLUMNS: Final = (*KEY, *dict.fromkeys(column for columns in KINDS.values() for column in columns))
ADDED: Final = frozenset(
    {"n", "unsupplied", "service", "vehicles", "more_h", "journeys", "load_t", "tonnes_per_day"}
    | {"delivered_t_per_day", "charges_usd", "hours_sd", "loaded_wait_h", "co2_kg"}
    | {"waiting_end", "crossings", "fleet_crossings", "crossed_t", "fleet_crossed_t", "delivered_t"}
)
"""Columns that files of older versions lack; they are read as missing values."""

WHOLE: Final = (
    *("replication", "n", "served", "max_queue", "day", "vehicles", "journeys"),
    *("waiting_end", "crossings", "fleet_crossings"),
    *("seed", "arrived", "departed", "in_system", "visits", "deadlocked", "unsupplied", "problems"),
)
REAL: Final = (
    *("value", "utilisation", "mean_wait_h", "p95_wait_h", "mean_queue", "vehicles_per_day"),
    *(
        "share_of_waiting",
        "momentary_share",
        "root_share",
        "hours",
        "vehicles_waiting",
        "wait_h",
        "service_h",
        "more_h",
    ),
    *(
        "capacity",
        "level_first",
        "level_start",
        "level_end",
        "change",
        "level_min",
        "level_max",
        "in_per_day",
        "out_per_day",
    ),
    *("drift_per_day", "days_until_full", "days_until_empty"),
    *("load_t", "tonnes_per_day", "delivered_t_per_day", "charges_usd", "hours_sd", "loaded_wait_h", "co2_kg"),
    *("crossed_t", "fleet_crossed_t", "delivered_t"),
)
"""Columns of whole and of real numbers; all others are text."""

Rows = Mapping[str, Sequence[tuple[int, "pd.DataFrame"]]]
"""By kind: (replication, its table), in the order of replications."""


def row_schema() -> pa.Schema:
    """Names and types of all columns."""
    import pyarrow as pa

    def of(column: str) -> pa.DataType:
        return pa.int64() if column in WHOLE else pa.float64() if column in REAL else pa.string()

    return pa.schema([(column, of(column)) for column in COLUMNS])


def to_parquet(rows: Rows, scenario: str, footer: Mapping[str, str]) -> bytes:
    """The bytes of a file with the rows of several replications of one scenario, by kind.

    ``footer`` goes into the metadata of the file. Pages have checksums, so that damage is detected.
    """
    return written(wide_table(rows, scenario), footer)


def wide_table(rows: Rows, scenario: str) -> pa.Table:
    """The rows of several replications of one scenario, by kind, in all columns."""
    import pyarrow as pa

    schema = row_schema()
    return pa.concat_tables(
        [
            schema.empty_table(),
            *(_wide(schema, kind, scenario, *table) for kind in KINDS for table in rows.get(kind, ())),
        ]
    )


def written(table: pa.Table, footer: Mapping[str, str]) -> bytes:
    """The bytes of a Parquet file with a table and its metadata."""
    import pyarrow as pa
    from pyarrow import parquet

    sink = pa.BufferOutputStream()
    parquet.write_table(table.replace_schema_metadata(dict(footer)), sink, compression="zstd", write_page_checksum=True)
    return bytes(sink.getvalue())


def counts_of(table: pa.Table) -> dict[str, int]:
    """The number of rows of each kind that a wide table has."""
    counted = table.group_by("kind").aggregate([([], "count_all")])
    return dict(sorted(zip(counted["kind"].to_pylist(), counted["count_all"].to_pylist(), strict=True)))


def digest_of(table: pa.Table) -> str:
    """SHA-256 of names, types and values of a table, the same however a file stores them."""
    digest = sha256()
    for name, column in zip(table.column_names, table.columns, strict=True):
        digest.update(f"{name}\0{column.type}\0{len(column)}\0".encode())
        if column.null_count < len(column):
            for part in _bytes_of(column):
                digest.update(part)
    return digest.hexdigest()


def _bytes_of(column: pa.ChunkedArray) -> Iterator[bytes]:
    """Which values are null, and the others: numbers as little-endian bytes, texts as lengths and UTF-8."""
    import pyarrow as pa
    import pyarrow.compute as pc

    yield pc.is_null(column).to_numpy().tobytes()
    if pa.types.is_string(column.type):
        texts = column.fill_null("")
        yield pc.binary_length(texts).to_numpy().astype("<i8").tobytes()
        yield "".join(texts.to_pylist()).encode()
    else:
        values = column.fill_null(0).to_numpy()
        yield values.astype(values.dtype.newbyteorder("<")).tobytes()


def _wide(schema: pa.Schema, kind: str, scenario: str, replication: int, table: pd.DataFrame) -> pa.Table:
    import pyarrow as pa

    n = len(table)
    constant: dict[str, Any] = dict(zip(KEY, (kind, scenario, replication), strict=True))
    columns = []
    for field in schema:
        if field.name in constant:
            columns.append(pa.repeat(pa.scalar(constant[field.name], field.type), n))
        elif field.name in KINDS[kind]:
            columns.append(pa.Array.from_pandas(table[field.name], type=field.type))
        else:
            columns.append(pa.nulls(n, field.type))
    return pa.table(columns, schema=schema)
