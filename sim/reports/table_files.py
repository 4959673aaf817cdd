"""Tables of a run as files: a workbook for people, one wide table for programs.

Input: the tables of a run, its record, and optionally a comparison. Output: the bytes of one of

============  =================================================================================================
``.xlsx``     one sheet per table, names and units in one language, the record of the run first
``.parquet``  all tables as one, with ids, in the columns of a batch's files (:mod:`sim.experiments.result_schema`)
``.csv``      the same as text, with the byte order mark by which Excel recognises UTF-8
============  =================================================================================================

Equal tables give equal bytes: no file has the time at which it was written.
"""

from __future__ import annotations

import errno
import io
import json
import os
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from corridors.model import Corridor, link_of_paths
from sim.core.kpi_declarations import KPIS
from sim.kpi.key_figures import complete
from sim.reports.chart_style import records
from sim.text.catalogue import Language, say
from sim.text.names import Names

if TYPE_CHECKING:
    from sim.kpi.run_tables import RunTables
    from sim.run import RunResult
    from sim.studies.compare import ScenarioComparison

KINDS: Final = (".xlsx", ".parquet", ".csv")
NO_DATE: Final = datetime(1980, 1, 1)
"""The date of all parts of a workbook."""
COLUMN_WIDTHS: Final = (10, 60)
"""Least and most, in characters."""
DECIMALS: Final = "#,##0.0##"
TITLE_MOST: Final = 31
"""Most characters of the title of a sheet."""
SAMPLED_ROWS: Final = 200
"""Number of rows that decide the width of a column."""
LEFT_OUT: Final = ("wall_s",)
"""Fields of the record that differ between equal runs."""

Cell = str | int | float | None
Rows = Iterator[list[Cell]]


@dataclass(frozen=True)
class WorkbookSheet:
    """One sheet of a workbook: its title, headings and rows."""

    title: str
    head: list[str]
    rows: list[list[Cell]]


def write_tables(path: Path, result: RunResult, language: Language = "en") -> None:
    """Write the tables of a run atomically; raises ValueError for a suffix that is not in KINDS."""
    from corridors.io.atomic_files import atomic_file

    path = Path(path)
    if path.suffix not in KINDS:
        raise ValueError(f"{path.name} ends in '{path.suffix}'; expected one of {', '.join(KINDS)}")
    with atomic_file(path) as file:
        if path.suffix == ".xlsx":
            file.write(workbook(result, result.record(), result.case.corridor, language))
        else:
            file.write((parquet if path.suffix == ".parquet" else csv)(result, result.record()))


def parquet(tables: RunTables, record: Mapping[str, Any]) -> bytes:
    """All tables as one Parquet file, with the record of the run in its metadata."""
    from sim.experiments.result_schema import to_parquet

    kinds = ("kpis", "facilities", "links", "bottlenecks", "waiting", "waiting_by_root", "dwell", "stocks")
    rows = {kind: [(int(record["replication"]), getattr(tables, kind))] for kind in kinds}
    metadata = {key: json.dumps(value) for key, value in record.items() if key not in LEFT_OUT}
    return to_parquet(rows, str(record["scenario"]), metadata)


def csv(tables: RunTables, record: Mapping[str, Any]) -> bytes:
    """The same as CSV."""
    from pyarrow import csv as writer
    from pyarrow import parquet as reader

    table: Any = reader.read_table(io.BytesIO(parquet(tables, record)))
    sink = io.BytesIO(b"\xef\xbb\xbf")
    sink.seek(0, io.SEEK_END)
    writer.write_csv(table, sink)
    return sink.getvalue()


def workbook(
    tables: RunTables,
    record: Mapping[str, Any],
    corridor: Corridor,
    language: Language = "en",
    changed: Sequence[Sequence[str]] = (),
    comparison: ScenarioComparison | None = None,
) -> bytes:
    """A workbook of a run: its tables, the changes of its scenario (object, quantity, before, after), a comparison."""
    names = Names.of(corridor, language)
    sheets = [_record(record, names)]
    if changed:
        sheets.append(
            _sheet("changed", ("thing", "changed_figure", "before", "after"), iter(map(list, changed)), names)
        )
    sheets += _notes(tables, names)
    sheets += _of_run(tables, names)
    if comparison:
        from sim.reports.comparison_names import names_of

        sheets += _of_comparison(comparison, names_of(comparison.results, corridor, language))
    return _written(sheets)


def _say(names: Names, key: str) -> str:
    return say(f"table_headings.{key}", names.language)


def _sheet(key: str, columns: Sequence[str], rows: Rows, names: Names) -> WorkbookSheet:
    return WorkbookSheet(
        _say(names, f"sheet.{key}")[:TITLE_MOST], [_say(names, column) for column in columns], list(rows)
    )


def _record(record: Mapping[str, Any], names: Names) -> WorkbookSheet:
    from sim.reports.html_page import meta_label

    comma = say("common.list_separator", names.language)
    rows: list[list[Cell]] = []
    for key, value in record.items():
        if key not in LEFT_OUT:
            shown = comma.join(map(str, value)) if isinstance(value, list | tuple) else value
            rows.append([meta_label(key, names.language), shown])
    return _sheet("record", ("what", "value"), iter(rows), names)


def _notes(tables: RunTables, names: Names) -> Iterator[WorkbookSheet]:
    """A sheet with the notes on the run; none without any."""
    from sim.reports.run_notes import note_texts

    if texts := note_texts(tables, names):
        rows: Rows = ([text] for text in texts)
        yield _sheet("notes", ("note",), rows, names)


def _of_run(tables: RunTables, names: Names) -> Iterator[WorkbookSheet]:
    translate: dict[str, Callable[[dict[str, Any]], Cell]] = {
        "port": lambda row: names.place(row["port"]),
        "side": lambda row: names.side(row["side"], row["port"]),
        "direction": lambda row: names.direction(row["direction"], row.get("port", "")),
        "class": lambda row: names.klass(row["class"]),
        "facility": lambda row: names.thing(row["facility"]),
        "link": lambda row: names.thing(row["link"]),
        "at": lambda row: names.thing(row["at"]),
        "stock": lambda row: names.thing(row["stock"]),
        "cause": lambda row: names.cause(row["cause"], row["at"]),
        "root": lambda row: names.thing(row["root"]),
        "root_state": lambda row: names.root_state(row["root_state"]),
        "stock_state": lambda row: names.root_state(row["stock_state"]) if row["stock_state"] else None,
        "stock_service": lambda row: names.service(row["stock_service"]) or None,
        "figure": lambda row: names.figure(row["figure"]),
        "unit": lambda row: names.unit(row["unit"]),
    }
    sheets = {
        "kpis": ("port", "side", "direction", "class", "figure", "unit", "value", "observations"),
        "facilities": (
            *("port", "side", "facility", "served", "utilisation"),
            *("mean_wait_h", "p95_wait_h", "mean_queue", "max_queue"),
        ),
        "links": ("link", "vehicles_per_day", "utilisation", "mean_wait_h"),
        "bottlenecks": ("port", "direction", "class", "facility", "share_of_waiting", "momentary_share"),
        "waiting": ("port", "direction", "class", "at", "cause", "hours"),
        "waiting_by_root": (
            *("port", "direction", "class", "at", "root", "root_state"),
            *("stock", "stock_state", "stock_service", "hours"),
        ),
        "dwell": ("port", "direction", "class", "side", "at", "wait_h", "service_h"),
        "stocks": (
            *("port", "side", "stock", "unit", "capacity", "level_first", "level_start", "level_end", "change"),
            *(
                "level_min",
                "level_max",
                "in_per_day",
                "out_per_day",
                "drift_per_day",
                "days_until_full",
                "days_until_empty",
            ),
        ),
    }
    for key, columns in sheets.items():
        table = getattr(tables, key)
        if key == "kpis":
            # A figure without a value has an empty cell.
            table = complete(table).rename(columns={"kpi": "figure", "n": "observations"})
        if key == "facilities":
            # The train paths of a link are on the sheet of sections.
            table = table[~table["facility"].map(link_of_paths).isin(tables.links["link"])]
        rows = ([translate[c](row) if c in translate else row[c] for c in columns] for row in records(table))
        yield _sheet(key, columns, rows, names)


def _of_comparison(comparison: ScenarioComparison, names: Names) -> Iterator[WorkbookSheet]:
    from sim.reports.effect_texts import outcome
    from sim.studies.compare import ALL

    def title(scenario: str) -> str:
        return comparison.results.title(scenario, names.language)

    def port(id: str) -> str:
        return _say(names, "all_ports") if id == ALL else names.port(id)

    rows: list[list[Cell]] = []
    for row in comparison.effects:
        pair = row.paired
        figure = names.figure(row.kpi)
        who: list[Cell] = [title(row.scenario), port(row.port), names.klass(row.klass), figure, names.unit(row.unit)]
        between = pair.difference
        means: list[Cell] = [row.n, pair.mean_baseline, pair.mean_proposal, row.difference]
        rows.append([*who, *means, between.low, between.high, row.p_adjusted, outcome(row.outcome, names.language)])
    columns = (
        *("scenario", "port", "class", "figure", "unit", "n", "mean_baseline", "mean"),
        *("difference", "ci_low", "ci_high", "p_adjusted", "verdict"),
    )
    yield _sheet("differences", columns, iter(rows), names)
    ranked: Rows = (
        [
            *(title(rank.scenario), names.figure(rank.kpi), names.unit(KPIS[rank.kpi].unit)),
            *(rank.mean.estimate, rank.mean.low, rank.mean.high, rank.probability_best),
        ]
        for rank in comparison.ranking
    )
    ranking = ("scenario", "figure", "unit", "mean", "ci_low", "ci_high", "probability_best")
    yield _sheet("ranking", ranking, ranked, names)


def _written(sheets: Sequence[WorkbookSheet]) -> bytes:
    """The bytes of a workbook. Raises OSError where a disk has no room for the draft of a sheet."""
    etree: Any = import_module("lxml.etree")
    try:
        return _drafted(sheets)
    except etree.SerialisationError as error:  # openpyxl writes drafts with lxml, whose errors have names as IO_ENOSPC.
        number = getattr(errno, str(error).removeprefix("IO_"), errno.EIO)
        raise OSError(number, os.strerror(number)) from error


def _drafted(sheets: Sequence[WorkbookSheet]) -> bytes:
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
    """The width of a text in characters; a Chinese character counts as two."""
    return len(text) + sum(ord(letter) > 0x2E80 for letter in text)


def _cell(page: Any, value: Any) -> Any:
    """A value as a cell: a plain number, None for a missing one, or a text that is not a formula."""
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
    """The workbook without the time at which it was written."""
    stamp = NO_DATE.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    made = io.BytesIO()
    with zipfile.ZipFile(draft) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp, content)
            new.writestr(zipfile.ZipInfo(name, NO_DATE.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()
