"""What a reader of a run has to know before its figures: queues, cargo not delivered, stocks, detours, orders."""

from __future__ import annotations

from typing import Final

from corridors.messages import Message
from sim.kpi import detours, long_waits, no_crossings, orders, queue_growth, standstill, stocks
from sim.kpi.run_tables import RunTables

TABLES: Final = frozenset({"growing", "rising", "backlog", "stocks", "kpis", "detours", "orders"})
"""The tables of a run that the notes are about."""


def notes(tables: RunTables) -> list[Message]:
    """The notes on a run as messages of the catalogue ``results``, with ids and numbers as values."""
    growing = tables.growing
    known = set(zip(growing["port"], growing["direction"], growing["class"], strict=True))
    still = list(standstill.messages(tables.backlog, known, standstill.at_ports(tables.kpis)))
    return [
        *queue_growth.messages(growing),
        # A queue at a standstill rises, but has one note only.
        *queue_growth.rising_messages(tables.backlog, standstill.groups(still)),
        *queue_growth.weekly_messages(tables.backlog, known),
        *queue_growth.rising_away_messages(tables.rising, growing),
        *still,
        *long_waits.messages(tables.kpis),
        *no_crossings.messages(tables.kpis),
        *stocks.messages(tables.stocks, tables.kpis),
        *detours.messages(tables.detours),
        *orders.messages(tables.orders),
    ]
