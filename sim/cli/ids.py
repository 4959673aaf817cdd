"""``bridgehead ids``: the ids that options take, with names and present values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridors.findings import Findings, nearest
from sim.cli import console
from sim.cli.options import Data, Json
from sim.cli.words import language, say, wrong

if TYPE_CHECKING:
    from sim.cli.id_lists import Row
    from sim.reports.text_table import Table

MOST_ROWS = 100
"""Most rows on the screen; ``--json`` has all."""


def ids(
    kind: Annotated[str | None, typer.Argument(metavar="[KIND]")] = None,
    words: Annotated[list[str] | None, typer.Argument(metavar="[WORD...]")] = None,
    data: Data = None,
    json: Json = None,
) -> None:
    """List the ids of ports, facilities, scenarios, proposals and so on, or the addresses that --set takes."""
    from corridors.load import load_corridor
    from sim.cli.files import asked_files, deliver
    from sim.cli.id_lists import KINDS, listed

    found = Findings()
    with found.gather():
        files = asked_files(json)
    if kind is not None and kind not in KINDS:
        finding = wrong("KIND", kind, "option.one_of", values=", ".join(KINDS))
        found.append(replace(finding, nearest=nearest(kind, KINDS)))
    found.refuse()
    corridor = load_corridor(data)
    rows: dict[str, list[Row]] = {
        one: [row for row in listed(one, corridor, data, language()) if row.has(words or ())]
        for one in ([kind] if kind else KINDS)
    }

    def document() -> dict[str, Any]:
        return {one: [row.as_json() for row in own] for one, own in rows.items()}

    def show() -> None:
        out = console.out()
        if kind is None and not words:
            heads = [say(f"ids.{key}") for key in ("kind", "use", "number")]
            counts = [[one, say(f"ids.use.{one}"), f"{len(own):,}"] for one, own in rows.items()]
            out.print(console.table(out, heads, counts, texts=2))
            out.print(say("ids.more"))
            return
        for one, own in rows.items():
            if own or kind:
                console.section(out, _table(one, own))

    deliver(files, json, document=document, show=show)


def _table(kind: str, rows: Sequence[Row]) -> Table:
    """The first rows of a kind, with the number of the others."""
    from sim.cli.id_lists import STEPS
    from sim.reports.text_table import Table

    keys = ("where", "services") if kind == STEPS else ("name", "value")
    heads = tuple(say(f"ids.{key}") for key in ("id", *keys))
    cells = tuple((row.id, row.about, row.value) for row in rows[:MOST_ROWS])
    rest = say("ids.rows_left_out", n=len(rows) - MOST_ROWS) if len(rows) > MOST_ROWS else ""
    return Table(kind, say(f"ids.use.{kind}"), heads, cells, len(heads), rest)
