"""Figures of the runs of an appraisal in a file: written as columns, read again strictly.

Input: figures by port and cell. Output: plain values, and back the same figures. Cells in which the same was run share
their figures. What no run gives is refused: columns of unequal length, a row twice, a negative or infinite number, a
cell twice. Cells that the programme does not have are left alone: nothing asks for them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import Field, create_model

from corridors.findings import DataError
from corridors.io.document import Document
from corridors.messages import message
from corridors.overlay.demand_scenarios import DemandScenarioId
from sim.kpi.service_flows import COLUMNS
from sim.studies.appraisal.cells import CellFigures, plain_figures
from sim.studies.appraisal.runs import Cell, KeptCells
from sim.studies.result_file.contents import APPRAISED, ROOM, Short, refused

MOST_CELLS: Final = 5_000
MOST_REPLICATIONS: Final = 200
Number = Annotated[float, Field(ge=0)]
Index = Annotated[int, Field(ge=0, lt=MOST_REPLICATIONS)]
TEXTS: Final = ("service", "class")


class KeptStocks(Document):
    """Changes of stocks of cargo, by row."""

    replication: list[Index]
    stock: list[Short]
    stock_kind: list[Short]
    unit: list[Short]
    change: list[float]


KeptFlows: Any = create_model(
    "KeptFlows",
    __base__=Document,
    replication=(list[Index], ...),
    **{name: (list[Short] if name in TEXTS else list[Number], ...) for name in COLUMNS},  # type: ignore[call-overload]
)
"""Flows of services, by row: the columns of :mod:`sim.kpi.service_flows`."""


class KeptFigures(Document):
    """Figures of one cell."""

    flows: KeptFlows
    stocks: KeptStocks
    growing: Annotated[list[tuple[Short, Short, Short]], Field(max_length=1_000)]


class KeptCell(Document):
    """A cell, and the number of its figures."""

    port: Short
    works: tuple[Short, ...]
    future: DemandScenarioId
    year: Annotated[int, Field(ge=2000, le=2150)]
    figures: Annotated[int, Field(ge=0)]


class Kept(Document):
    """All cells of an appraisal."""

    cells: Annotated[list[KeptCell], Field(min_length=1, max_length=MOST_CELLS)]
    figures: Annotated[list[KeptFigures], Field(min_length=1, max_length=MOST_CELLS)]


def plain_cells(cells: Mapping[tuple[str, Cell], CellFigures]) -> dict[str, Any]:
    """Figures by port and cell as plain values."""
    place: dict[str, int] = {}
    rows = []
    for (port, (works, future, year)), found in cells.items():
        # As a file has them: numbers of journeys are floats, too.
        plain = KeptFigures.model_validate(plain_figures(found)).model_dump(mode="json")
        number = place.setdefault(json.dumps(plain), len(place))
        rows.append({"port": port, "works": sorted(works), "future": future, "year": year, "figures": number})
    return {"cells": rows, "figures": [json.loads(text) for text in place]}


def kept_cells(plain: Any, replications: int, name: str) -> KeptCells:
    """The figures of plain values. Raises ValidationError, and DataError for rows that no run gives."""
    import pandas as pd

    kept = Kept.model_validate(plain)
    made = []
    for one in kept.figures:
        flows, stocks = one.flows.model_dump(), one.stocks.model_dump()
        for columns, keys in ((flows, ("replication", "service")), (stocks, ("replication", "stock"))):
            if len({len(values) for values in columns.values()}) != 1:
                raise _wrong(name, "value_in_each_row")
            rows = list(zip(*(columns[key] for key in keys), strict=True))
            if len(set(rows)) < len(rows):
                raise _wrong(name, "each_row_once")
            if any(k >= replications for k in columns["replication"]):
                raise _wrong(name, "own_rows")
        if any(load <= 0 for load in flows["load_t"]):
            raise _wrong(name, "values_from_0")
        made.append(
            CellFigures(
                pd.DataFrame(flows),
                frozenset((port, klass, direction) for port, klass, direction in one.growing),
                pd.DataFrame(stocks),
            )
        )
    found: dict[tuple[str, Cell], CellFigures] = {}
    for cell in kept.cells:
        key = cell.port, (frozenset(cell.works), cell.future, cell.year)
        if key in found or cell.figures >= len(made) or len(set(cell.works)) < len(cell.works):
            raise _wrong(name, "each_row_once")
        found[key] = made[cell.figures]
    return KeptCells(found)


def _wrong(name: str, want: str) -> DataError:
    return DataError([refused(name, "wrong_rows", message(f"want.{want}", ROOM), member=APPRAISED)])
