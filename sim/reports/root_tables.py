"""Table of the roots of waiting, for terminal, report and web page.

Input: the table ``waiting_by_root`` of a run. Output: for each traffic class where it waits, what it waits for in the
end, and the hours. What lies behind a full or empty stock is shown with the stock and the service that draws from it or
fills it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import TYPE_CHECKING, Any, Final

from sim.kpi.frames import rows_of, sums_by_key
from sim.kpi.waiting_roots import KEYS, is_congestion
from sim.output.waiting_roots import TRAVEL
from sim.reports import html_page
from sim.reports.number_format import figure
from sim.reports.text_table import Table
from sim.text.catalogue import say
from sim.text.names import Names

if TYPE_CHECKING:
    import pandas as pd

LEAST_SHARE: Final = 0.02
"""Least share of the waiting of a traffic of a row."""


def root_name(row: Mapping[Any, Any], names: Names) -> str:
    """A root with its state, and the stock and the service through which it was followed."""
    state = names.root_state(row["root_state"])
    ends = state if row["root_state"] == TRAVEL and row["stock"] else names.bracketed(names.thing(row["root"]), state)
    if not row["stock"]:
        return ends
    stock = names.bracketed(names.thing(row["stock"]), names.root_state(row["stock_state"]))
    service = names.service(row["stock_service"])
    return say("run_report.root_behind", names.language, stock=stock, service=service, ends=ends)


def root_table(roots: pd.DataFrame, names: Names, port: str | None = None) -> Table:
    """The roots of the waiting of a port ('': outside the ports), or with a column of ports of all waiting.

    Sorted by port (what is outside the ports last), traffic with the most waiting, and hours. The share is that of the
    waiting of the traffic there. Waiting for demand is no congestion and has no row.
    """
    language = names.language
    every: Iterator[dict[str, Any]] = (dict(zip(roots.columns, values, strict=True)) for values in rows_of(roots))
    mine = [row for row in every if port in (None, row["port"]) and is_congestion(row)]
    total = sums_by_key((tuple(row[key] for key in KEYS), row["hours"]) for row in mine)
    hours: dict[tuple[str, str, str], dict[tuple[str, str], float]] = {}
    for row in mine:
        of_traffic = hours.setdefault((row["port"], row["direction"], row["class"]), {})
        place = names.thing(row["at"]), root_name(row, names)
        of_traffic[place] = of_traffic.get(place, 0.0) + row["hours"]
    rows = []
    for group in sorted(hours, key=lambda group: (not group[0], group[0], -total[group], group)):
        head = ([names.place(group[0])] if port is None else []) + [names.group(group[2], group[1], group[0])]
        for (at, root), part in sorted(hours[group].items(), key=lambda item: (-item[1], item[0])):
            if part >= LEAST_SHARE * total[group]:
                rows.append((*head, at, root, figure(part), f"{part / total[group]:.0%}"))
    heads = [
        *(["port"] if port is None else []),
        "roots_traffic",
        "roots_at",
        "roots_root",
        "roots_hours",
        "roots_share",
    ]
    note = say("run_report.roots_note", language, least=LEAST_SHARE)
    columns = tuple(say(f"run_report.{key}", language) for key in heads)
    return Table(say("run_report.roots", language), note, columns, tuple(rows), len(heads) - 2)


def root_details(roots: pd.DataFrame, names: Names, port: str) -> str:
    """The table of a port ('': outside the ports) as folded HTML; '' without waiting."""
    made = root_table(roots, names, port)
    if not made.rows:
        return ""
    table = html_page.table(made.columns, made.rows, texts=made.texts, unbroken=0, grouped=True)
    note = f'<p class="note">{escape(made.note)}</p>'
    return f"<details><summary>{escape(made.title)}</summary>{note}{table}</details>"
