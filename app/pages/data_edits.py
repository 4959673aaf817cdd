"""Edits of tables: from rows to a frame, and from the state of the editor to changes.

Input: a Corridor and the state of a table editor. Output: changes as sliders and proposals make them, so that an
edited table can be saved, run and compared like any scenario.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from app.cell_names import names_rows
from corridors.io.tables import save
from corridors.model import Corridor, ids_in, key_of
from corridors.overlay.changes import Change, replaces
from corridors.overlay.proposals import Proposal, Scenario
from corridors.schema import Field, schema
from sim.text.catalogue import ENGLISH, Language

if TYPE_CHECKING:
    import pandas as pd

LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
"""Date of every file in an archive, so that equal data give equal bytes."""
ZIPPED: Final = "data"


def columns_in_order(table: str, language: Language, unused: Collection[str] = ()) -> list[str]:
    """Order of the columns: the name in the language, the first number, its source and grade, then the others.

    Other names and the key are last. A table without names keeps its order. Unused columns are left out.
    """
    names = [name for name in schema(table) if name not in unused]
    own = [name for name in names if name.startswith("name_")]
    first = [name for name in (f"name_{language}", f"name_{ENGLISH}") if name in own][:1]
    last = [name for name in (*own, names[0]) if own and name not in first]
    if first:
        numbers = [name for name in names if schema(table)[name].type in ("int", "float")]
        first += [name for name in (*numbers[:1], "unit", "source", "grade") if name in names]
    return [*first, *(name for name in names if name not in (*first, *last)), *last]


def frame_of(table: str, rows: Sequence[Any]) -> pd.DataFrame:
    """Rows of a table as a frame, typed by the schema; blank cells are missing values."""
    import pandas as pd

    def column(field: Field) -> Any:
        values = [getattr(row, field.name) for row in rows]
        if field.type == "ids" and names_rows(field):
            values = [list(ids_in(value)) for value in values]
        types: dict[str, Any] = {"int": "Int64", "float": "float64", "bool": "bool"}
        return pd.array(values, dtype=types.get(field.type, "object"))

    return pd.DataFrame({name: column(field) for name, field in schema(table).items()})


def rows_shown(
    corridor: Corridor, table: str, ids: frozenset[str] | None, grades: Iterable[str], text: str
) -> list[Any]:
    """Rows of a table with given ids (None: all), grades (empty: all) and words in any column."""
    wanted, words = set(grades), text.casefold().split()

    def fits(row: Any) -> bool:
        text_of_row = " ".join(str(getattr(row, name)) for name in schema(table)).casefold()
        return (
            (ids is None or key_of(row) in ids)
            and (not wanted or getattr(row, "grade", "") in wanted)
            and all(word in text_of_row for word in words)
        )

    return [row for row in corridor.table(table).values() if fits(row)]


def changes_of_edits(table: str, rows: Sequence[Any], state: Mapping[str, Any]) -> list[Change]:
    """Changes in the state of an editor over these rows: fields set, rows added, rows removed."""
    removed = {int(k) for k in state.get("deleted_rows", ())}
    made = [Change(op="remove", address=f"{table}.{key_of(rows[k])}") for k in sorted(removed)]
    for k, cells in sorted(state.get("edited_rows", {}).items(), key=lambda item: int(item[0])):
        row = rows[int(k)]
        for name, value in _written(cells).items():
            if int(k) not in removed and value != getattr(row, name):
                made.append(Change(op="set", address=f"{table}.{key_of(row)}.{name}", value=value))
    keys = [name for name in ("itinerary", "step") if name in schema(table)] if table == "itineraries" else []
    keys = keys or [next(iter(schema(table)))]
    for cells in state.get("added_rows", ()):
        id = ".".join(str(cells.get(key) or "") for key in keys)
        given = {name: value for name, value in _written(cells).items() if name not in keys and value is not None}
        if id.strip(".") or given:
            made.append(Change(op="add", address=f"{table}.{id}", row=given))
    return made


def _written(cells: Mapping[str, Any]) -> dict[str, Any]:
    """Cells of an editor as a table has them: several ids in one cell, separated by ';'."""
    return {name: ";".join(value) if isinstance(value, list) else value for name, value in cells.items()}


def merged(earlier: Iterable[Change], later: Iterable[Change]) -> list[Change]:
    """Changes in order; a later change replaces earlier ones of the same address, and what they say of its range."""
    later = list(later)
    written = {change.address for change in later}
    return [*(one for one in earlier if one.address not in written and not replaces(written, one)), *later]


def with_edits(scenario: Scenario, edits: Sequence[Change], proposals: Mapping[str, Proposal]) -> Scenario:
    """The scenario with edits made last, ``in_order`` if they write addresses of its proposals."""
    written = {change.address for change in edits}
    again = any(change.address in written for id in scenario.proposals for change in proposals[id].changes)
    update: dict[str, Any] = {"changes": tuple(merged(scenario.changes, edits))}
    if scenario.id == "baseline":
        update["id"] = "edited"
    if again:
        update["in_order"] = True
    return scenario.model_copy(update=update)


def zipped(corridor: Corridor) -> bytes:
    """The data folder of a corridor as a ZIP archive; equal data give equal bytes."""
    archive = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as into:
        save(corridor, Path(folder))
        for path in sorted(Path(folder).iterdir()):
            into.writestr(zipfile.ZipInfo(f"{ZIPPED}/{path.name}", LONG_AGO), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return archive.getvalue()
