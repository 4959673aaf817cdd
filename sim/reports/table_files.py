"""The tables of a run as files: a workbook for people, one wide table for programs.

In: the tables of a run, its record, and a comparison if one goes with it. Out: bytes of

``.xlsx``     a sheet a table, names and units in one language, the record of the run first ``.parquet``  all tables as
one, ids instead of names, in the columns of a batch's files (see :mod:`sim.experiments.result_schema`) ``.csv``
the same as text, with the byte order mark by which Excel knows UTF-8

The same tables make the same bytes: no file says when it was written.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from corridors.model import Corridor
from sim.kpi.key_figures import KPIS
from sim.reports.run_charts import records
from sim.text.names import Language, Names
from sim.text.run_report import META
from sim.text.table_headings import SHEETS, WORDS

if TYPE_CHECKING:
    import pandas as pd

    from sim.run import RunResult
    from sim.studies.compare import Comparison

KINDS: Final = (".xlsx", ".parquet", ".csv")
LONG_AGO: Final = datetime(1980, 1, 1)
"""The date of everything in a workbook."""
COLUMN_WIDTHS: Final = (10, 60)
"""Characters: the least and the most."""
DECIMALS: Final = "#,##0.0##"
SAMPLED_ROWS: Final = 200
"""Rows that settle how wide a column is."""
LEFT_OUT: Final = ("wall_s",)
"""Of the record: how long it took is nothing that the tables depend on."""

Cell = str | int | float | None
Rows = Iterator[list[Cell]]


class Tables(Protocol):
    """What has the tables of a run: see :class:`sim.run.RunResult`."""

    @property
    def kpis(self) -> pd.DataFrame: ...
    @property
    def facilities(self) -> pd.DataFrame: ...
    @property
    def links(self) -> pd.DataFrame: ...
    @property
    def bottlenecks(self) -> pd.DataFrame: ...
    @property
    def waiting(self) -> pd.DataFrame: ...
    @property
    def dwell(self) -> pd.DataFrame: ...


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook: its title, headings and rows."""

    title: str
    head: list[str]
    rows: list[list[Cell]]


def write_tables(path: Path, result: RunResult, language: Language = "en") -> None:
    """Write the tables of a run, complete or not at all; raises ValueError for a name that ends in none of KINDS."""
    from sim.core.atomic_files import atomic_file

    path = Path(path)
    if path.suffix not in KINDS:
        raise ValueError(f"{path.name} ends in '{path.suffix}'; expected one of {', '.join(KINDS)}")
    with atomic_file(path) as file:
        if path.suffix == ".xlsx":
            file.write(workbook(result, result.record(), result.case.corridor, language))
        else:
            file.write((parquet if path.suffix == ".parquet" else csv)(result, result.record()))


def parquet(tables: Tables, record: Mapping[str, Any]) -> bytes:
    """All tables as one Parquet file; the record of the run is in its metadata."""
    from sim.experiments.result_schema import to_parquet

    kinds = ("kpis", "facilities", "links", "bottlenecks", "waiting", "dwell")
    rows = {kind: [(int(record["replication"]), getattr(tables, kind))] for kind in kinds}
    told = {key: json.dumps(value) for key, value in record.items() if key not in LEFT_OUT}
    return to_parquet(rows, str(record["scenario"]), told)


def csv(tables: Tables, record: Mapping[str, Any]) -> bytes:
    """The same as CSV."""
    from pyarrow import csv as writer
    from pyarrow import parquet as reader

    table: Any = reader.read_table(io.BytesIO(parquet(tables, record)))
    sink = io.BytesIO(b"\xef\xbb\xbf")
    sink.seek(0, io.SEEK_END)
    writer.write_csv(table, sink)
    return sink.getvalue()


def workbook(
    tables: Tables,
    record: Mapping[str, Any],
    corridor: Corridor,
    language: Language = "en",
    changed: Sequence[Sequence[str]] = (),
    comparison: Comparison | None = None,
) -> bytes:
    """A workbook with the tables of a run, what its scenario changes (thing, figure, before, after), a comparison."""
    names = Names.of(corridor, language)
    sheets = [_record(record, names)]
    if changed:
        sheets.append(_sheet("changed", ("thing", "figure", "before", "after"), iter(map(list, changed)), names))
    sheets += _of_run(tables, names)
    if comparison:
        sheets += _of_comparison(comparison, comparison.results.names(corridor, language))
    return _written(sheets)


def _say(names: Names, key: str) -> str:
    return names.pick(WORDS[key])


def _sheet(key: str, columns: Sequence[str], rows: Rows, names: Names) -> Sheet:
    return Sheet(names.pick(SHEETS[key]), [_say(names, column) for column in columns], list(rows))


def _record(record: Mapping[str, Any], names: Names) -> Sheet:
    rows: list[list[Cell]] = []
    for key, value in record.items():
        if key not in LEFT_OUT:
            told = ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
            rows.append([names.pick(META[key]) if key in META else key, told])
    return _sheet("record", ("what", "value"), iter(rows), names)


def _of_run(tables: Tables, names: Names) -> Iterator[Sheet]:
    group: dict[str, Callable[[str], str]] = {
        "port": names.port,
        "side": names.side,
        "direction": names.direction,
        "class": names.klass,
    }
    things = {
        "facility": names.thing,
        "link": names.thing,
        "at": names.thing,
        "cause": names.cause,
        "figure": lambda id: names.pick(KPIS[id][1:]),
        "unit": names.unit,
    }
    told = {
        "kpis": ("port", "side", "direction", "class", "figure", "unit", "value"),
        "facilities": (
            *("port", "side", "facility", "served", "utilisation"),
            *("mean_wait_h", "p95_wait_h", "mean_queue", "max_queue"),
        ),
        "links": ("link", "vehicles_per_day", "utilisation", "mean_wait_h"),
        "bottlenecks": ("port", "direction", "class", "facility", "share_of_waiting", "momentary_share"),
        "waiting": ("port", "direction", "class", "at", "cause", "hours"),
        "dwell": ("port", "direction", "class", "side", "at", "wait_h", "service_h"),
    }
    translate = group | things
    for key, columns in told.items():
        table = getattr(tables, key).rename(columns={"kpi": "figure"})
        if key == "facilities":
            # The paths of a link stand among the links.
            table = table[~table["facility"].str.removesuffix(".back").isin(tables.links["link"])]
        rows = ([translate[c](row[c]) if c in translate else row[c] for c in columns] for row in records(table))
        yield _sheet(key, columns, rows, names)


def _of_comparison(comparison: Comparison, names: Names) -> Iterator[Sheet]:
    from sim.statistics.verdict import OUTCOMES
    from sim.studies.compare import ALL

    def title(scenario: str) -> str:
        return comparison.results.title(scenario, names.language)

    def port(id: str) -> str:
        return _say(names, "all_ports") if id == ALL else names.port(id)

    rows: list[list[Cell]] = []
    for row in comparison.rows:
        pair = row.paired
        figure = names.pick(KPIS[row.kpi][1:])
        who: list[Cell] = [title(row.scenario), port(row.port), names.klass(row.klass), figure, names.unit(row.unit)]
        between = pair.difference
        means: list[Cell] = [row.n, pair.mean_baseline, pair.mean_proposal, row.difference]
        rows.append([*who, *means, between.low, between.high, row.p_adjusted, names.pick(OUTCOMES[row.outcome])])
    columns = (
        *("scenario", "port", "class", "figure", "unit", "n", "mean_baseline", "mean"),
        *("difference", "ci_low", "ci_high", "p_adjusted", "verdict"),
    )
    yield _sheet("differences", columns, iter(rows), names)
    ranked: Rows = (
        [
            *(title(rank.scenario), names.pick(KPIS[rank.kpi][1:]), names.unit(KPIS[rank.kpi][0])),
            *(rank.mean.estimate, rank.mean.low, rank.mean.high, rank.probability_best),
        ]
        for rank in comparison.ranking
    )
    ranking = ("scenario", "figure", "unit", "mean", "ci_low", "ci_high", "probability_best")
    yield _sheet("ranking", ranking, ranked, names)


def _written(sheets: Sequence[Sheet]) -> bytes:
    """The bytes of a workbook."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    for sheet in sheets:
        page = book.create_sheet(sheet.title)
        page.freeze_panes = "A2"
        for k, heading in enumerate(sheet.head):
            texts = [heading, *(str(row[k]) for row in sheet.rows[:SAMPLED_ROWS] if isinstance(row[k], str))]
            least, most = COLUMN_WIDTHS
            page.column_dimensions[chr(ord("A") + k)].width = min(most, max(least, *map(_wide, texts)) + 2)
        heads = [WriteOnlyCell(page, heading) for heading in sheet.head]
        for cell in heads:
            cell.font = Font(bold=True)
        page.append(heads)
        for row in sheet.rows:
            page.append([_cell(page, value) for value in row])
    draft = io.BytesIO()
    book.save(draft)
    return _undated(draft)


def _wide(text: str) -> int:
    """Characters of a text, those of Chinese counted twice."""
    return len(text) + sum(ord(letter) > 0x2E80 for letter in text)


def _cell(page: Any, value: Any) -> Any:
    """A value as a cell takes it: plain numbers, nothing where there is none, and texts that are no formulas."""
    from math import isfinite

    from openpyxl.cell import WriteOnlyCell

    value = value.item() if hasattr(value, "item") else value
    if value is None or (isinstance(value, float) and not isfinite(value)):
        return None
    cell = WriteOnlyCell(page, value)
    if isinstance(value, str):
        cell.data_type = "s"
    elif isinstance(value, float):
        cell.number_format = DECIMALS
    return cell


def _undated(draft: io.BytesIO) -> bytes:
    """The same workbook without the time at which it was written."""
    stamp = LONG_AGO.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    made = io.BytesIO()
    with zipfile.ZipFile(draft) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp, content)
            new.writestr(zipfile.ZipInfo(name, LONG_AGO.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()
