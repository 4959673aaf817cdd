"""Write the table of results in README.md from one run of the base year.

    python tools/results_table.py

A mark says where a queue grows without bound or a yard runs empty or full, and the notes of the run are below the
table. A slow test compares the two, so that the README cannot promise what the model no longer gives.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from corridors.io.atomic_files import write_atomically
from corridors.load import load_corridor
from corridors.messages import Message
from sim.kpi.run_notes import notes
from sim.reports.run_notes import note_texts
from sim.run import RunResult, prepare, run_scenario
from sim.text.names import Names
from tools.page_parts import put_into

HEAD = """\
| port | trains a day, out / in | trucks a day, out / in | 1,000 TEU a year | Mt a year | most waiting, vehicle-hours |
|---|---|---|---|---|---|
"""


GROWS, RUNS_OUT = "\u2020", "\u2021"
"""Marks of a direction with a queue that grows without bound, and of a port with a yard that runs empty or full."""
MARKS = {"growing": GROWS, "stock": RUNS_OUT}
"""By the first part of the code of a note."""


def table() -> str:
    """The table as Markdown, with the notes that its marks stand for."""
    result = run_scenario(prepare(load_corridor()))
    rows = "".join(_row(result, port) for port in result.case.corridor.ports)
    return HEAD + rows + "".join(f"\n{mark} {text}\n" for mark, text in _notes(result))


def _notes(result: RunResult) -> list[tuple[str, str]]:
    """Mark and sentence of each note on a queue that grows or a yard that is empty or full within the run."""
    texts = note_texts(result, Names.of(result.case.corridor))
    pairs = zip(notes(result), texts, strict=True)
    return [(MARKS[note.code.partition(".")[0]], text) for note, text in pairs if _is_marked(note)]


def _is_marked(note: Message) -> bool:
    kind, _, rest = note.code.partition(".")
    return (kind == "growing" and rest != "too_short") or (kind == "stock" and rest.endswith("_reached"))


def _yards_run_out(result: RunResult, port: str) -> bool:
    stocks = result.case.corridor.stocks
    found = [dict(note.params) for note in notes(result) if _is_marked(note) and note.code.startswith("stock")]
    return any(stocks[str(one["stock"])].port == port for one in found)


def _row(result: RunResult, port: str) -> str:
    corridor = result.case.corridor
    trains = {row.id for row in corridor.classes.values() if row.vehicle_en == "train"}
    classes = {"trains": trains, "trucks": set(corridor.classes) - trains}
    flow = result.kpis[(result.kpis["port"] == port) & (result.kpis["side"] == "both")]

    def sum_of(kpi: str, direction: str, wanted: set[str]) -> float:
        rows = flow[(flow["kpi"] == kpi) & (flow["direction"] == direction) & flow["class"].isin(wanted)]
        return float(rows["value"].sum())

    def pair(wanted: set[str], digits: int) -> str:
        numbers = {way: sum_of("vehicles_per_day", way, wanted) for way in ("outbound", "inbound")}
        grow = {way: GROWS if any(result.grows(port, klass, way) for klass in wanted) else "" for way in numbers}
        shown = [f"{number:,.{digits}f}{grow[way]}" for way, number in numbers.items()]
        return " / ".join(shown) if any(numbers.values()) else "-"

    def a_year(kpi: str) -> float:
        return 365 * sum(sum_of(kpi, direction, {"all"}) for direction in ("outbound", "inbound"))

    teu, tonnes = a_year("teu_per_day") / 1e3, a_year("tonnes_per_day") / 1e6
    cells = [
        corridor.ports[port].name_en,
        pair(classes["trains"], 1),
        pair(classes["trucks"], 0),
        f"{teu:,.0f}" if teu else "-",
        f"{tonnes:,.1f}{RUNS_OUT if _yards_run_out(result, port) else ''}",
        _most_waited_for(result, port),
    ]
    return f"| {' | '.join(cells)} |\n"


def _most_waited_for(result: RunResult, port: str) -> str:
    waiting = result.waiting
    by_thing = waiting[waiting["port"] == port].groupby("at")["hours"].sum()
    thing = str(by_thing.idxmax())
    named = result.case.corridor.facilities | result.case.corridor.stocks
    return f"{named[thing].name_en} ({by_thing[thing] / by_thing.sum():.0%} of the waiting)"


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    file = Path(__file__).parents[1] / "README.md"
    write_atomically(file, put_into(file.read_text(encoding="utf-8"), "results", table()).encode())
