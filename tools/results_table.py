"""Write the table of results in README.md from one run of the base year.

    python tools/results_table.py

A slow test compares the two, so that the README cannot promise what the model no longer gives.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from corridors.io.atomic_files import write_atomically
from corridors.load import load_corridor
from sim.run import RunResult, prepare, run_scenario
from tools.page_parts import put_into

HEAD = """\
| port | trains a day, out / in | trucks a day, out / in | 1,000 TEU a year | Mt a year | most waiting, vehicle-hours |
|---|---|---|---|---|---|
"""


def table() -> str:
    """The table as Markdown."""
    result = run_scenario(prepare(load_corridor()))
    return HEAD + "".join(_row(result, port) for port in result.case.corridor.ports)


def _row(result: RunResult, port: str) -> str:
    corridor = result.case.corridor
    trains = {row.id for row in corridor.classes.values() if row.vehicle_en == "train"}
    classes = {"trains": trains, "trucks": set(corridor.classes) - trains}
    flow = result.kpis[(result.kpis["port"] == port) & (result.kpis["side"] == "both")]

    def sum_of(kpi: str, direction: str, wanted: set[str]) -> float:
        rows = flow[(flow["kpi"] == kpi) & (flow["direction"] == direction) & flow["class"].isin(wanted)]
        return float(rows["value"].sum())

    def pair(wanted: set[str], digits: int) -> str:
        numbers = [sum_of("vehicles_per_day", direction, wanted) for direction in ("outbound", "inbound")]
        return " / ".join(f"{number:,.{digits}f}" for number in numbers) if any(numbers) else "-"

    def a_year(kpi: str) -> float:
        return 365 * sum(sum_of(kpi, direction, {"all"}) for direction in ("outbound", "inbound"))

    teu, tonnes = a_year("teu_per_day") / 1e3, a_year("tonnes_per_day") / 1e6
    cells = [
        corridor.ports[port].name_en,
        pair(classes["trains"], 1),
        pair(classes["trucks"], 0),
        f"{teu:,.0f}" if teu else "-",
        f"{tonnes:,.1f}",
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
