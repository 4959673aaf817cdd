"""Hold the rules for orders against the record of orders, by year, and write the table into docs/orders.md.

    python tools/order_record.py [--replications N]

For each year from 2020 to 2024 the scenario of ``data/years`` runs without its dated orders and with all rules of
``order_rules.csv`` in use; ``data/validation/orders.csv`` has the orders that are known. Ports that the model does not
have are left out, and so are the orders of a year without a scenario.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs" / "orders.md"
RECORD: Final = ROOT / "data" / "validation" / "orders.csv"
YEARS: Final = range(2020, 2025)
MONTHS: Final = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@dataclass(frozen=True)
class Recorded:
    """An order that is known, at a port of the model."""

    port: str
    direction: str
    first: date
    last: date | None


def record(ports: Sequence[str], path: Path = RECORD) -> list[Recorded]:
    """The known orders about these ports, one for each port that an order names."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        Recorded(
            port,
            row["direction"],
            date.fromisoformat(row["first_day"]),
            date.fromisoformat(row["last_day"]) if row["last_day"] else None,
        )
        for row in rows
        for port in row["port"].split(";")
        if port in ports
    ]


def issued(year: int, replication: int) -> tuple[pd.DataFrame, dict[str, int]]:
    """The orders that the rules issue in a year (:func:`sim.kpi.orders.order_table`), and the most it counted."""
    from corridors.load import load_corridor
    from corridors.overlay.changes import Change
    from sim.compile.assembly import compile_plan
    from sim.engines import play, resolve_engine
    from sim.kpi.orders import BY_RULE, order_table
    from sim.run import prepare
    from sim.studies.validation.levels import level

    world, scenario = load_corridor(), level(f"year_{year}")
    changes = [change for change in scenario.changes if not change.address.startswith("orders.")]
    changes += [Change(op="set", address=f"order_rules.{id}.active", value=True) for id in world.order_rules]
    case = prepare(world, scenario.model_copy(update={"changes": tuple(changes)}), replication=replication)
    visits = play(compile_plan(case.corridor, case.settings), resolve_engine())
    plan, most = visits.plan, dict.fromkeys((rule.gate for rule in world.order_rules.values()), 0)
    for controller, count in zip(plan.check_controller.tolist(), visits.check_count.tolist(), strict=True):
        gate = plan.labels.stock[plan.controller_stock[controller]]
        most[gate] = max(most[gate], count)
    found = order_table(visits)
    return found[found["issued"] == BY_RULE], most


def table(replications: int) -> Iterator[str]:
    """The lines of the table, one for each year and rule."""
    from corridors.load import load_corridor

    world = load_corridor()
    known = record(sorted(world.ports))
    head = ("year", "port, direction", "known orders", "orders by rule", "days by rule", "months", "trains when issued")
    yield f"| {' | '.join(head)} | most trains at a check |"
    yield "|---|---|---|---:|---:|---|---|---:|"
    for year in YEARS:
        runs = [issued(year, replication) for replication in range(replications)]
        for rule in world.order_rules.values():
            mine = [run[run["order"] == rule.gate] for run, _ in runs]
            most = max(counted[rule.gate] for _, counted in runs)
            days = sum(float(one["days"].sum()) for one in mine) / replications
            begins = sorted({_local_day(text) for one in mine for text in one["begins"]})
            months = ", ".join(dict.fromkeys(MONTHS[day.month - 1] for day in begins)) or "–"
            counts = sorted(int(count) for one in mine for count in one["counted"])
            shown = f"{counts[0]} to {counts[-1]}" if counts else "–"
            place = f"{world.ports[rule.target].name_en}, {rule.direction}"
            orders = sum(len(one) for one in mine) / replications
            there = _known(known, rule.target, rule.direction, year)
            yield f"| {year} | {place} | {there} | {orders:.1f} | {days:.1f} | {months} | {shown} | {most} |"


def _known(known: Sequence[Recorded], port: str, direction: str, year: int) -> str:
    here = [one for one in known if (one.port, one.direction, one.first.year) == (port, direction, year)]
    return "; ".join(f"{_day(one.first)} to {_day(one.last) if one.last else '?'}" for one in here) or "–"


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]}"


def _local_day(text: str) -> date:
    """The day in Beijing of an instant in UTC."""
    from datetime import datetime

    return (datetime.fromisoformat(text) + timedelta(hours=8)).date()


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1; found {text!r}")
    return int(text)


def main(arguments: Sequence[str]) -> int:
    """Print the table and write it into the page."""
    from corridors.io.atomic_files import write_atomically
    from tools.page_parts import put_into

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replications", type=_number, default=1, metavar="N", help="runs of each year (1)")
    lines = []
    for line in table(parser.parse_args(arguments).replications):
        print(line, flush=True)
        lines.append(line)
    made = "".join(f"{line}\n" for line in lines)
    write_atomically(PAGE, put_into(PAGE.read_text(encoding="utf-8"), "record", made).encode())
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main(sys.argv[1:]))
