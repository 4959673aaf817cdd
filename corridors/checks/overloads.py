"""Overloads that a scenario explains: rows that do not suffice for a mean day, each with a line that says why.

Input: the corridor of a scenario and its lines ``overloads``. Output: findings of :mod:`corridors.checks.capacity`
without a line, and findings about lines without an overload.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from corridors.checks.capacity import a_mean_day_can_be_served
from corridors.findings import WARNING, Finding, nearest
from corridors.messages import message
from corridors.model import TABLES, Corridor


def row_of(finding: Finding) -> str:
    """The address of the row that a finding about a table is about, such as ``facilities.customs``."""
    return f"{finding.file.removesuffix('.csv')}.{finding.id}"


def overloads(corridor: Corridor) -> dict[str, Finding]:
    """The finding of each row that does not suffice for the demand of a mean day, by the address of the row."""
    return {row_of(one): one for one in a_mean_day_can_be_served(corridor)}


def without_overload(corridor: Corridor, explained: Iterable[str], document: str) -> list[Finding]:
    """Warnings for lines of ``document`` that explain an overload that is not there, or name no row."""
    found, lines = overloads(corridor), Counter(explained)

    def finding(address: str, expected: str, close: str, what: str) -> Finding:
        return Finding(WARNING, document, None, "overloads", address, message(expected), close, message(what), document)

    return [
        finding(
            address,
            "want.overloaded_row",
            nearest(address, found),
            "scenario.no_overload" if _is_row(corridor, address) else "change.unknown_row",
        )
        for address in lines
        if address not in found
    ] + [
        finding(address, "want.one_line_each", "", "scenario.overload_twice")
        for address, times in lines.items()
        if times > 1 and address in found
    ]


def _is_row(corridor: Corridor, address: str) -> bool:
    table, _, id = address.partition(".")
    return table in TABLES and id in corridor.table(table)


def unexplained(findings: Iterable[Finding], corridor: Corridor, explained: Collection[str]) -> list[Finding]:
    """The findings without those about overloads that a line explains."""
    known = {one for address, one in overloads(corridor).items() if address in explained}
    return [one for one in findings if one not in known]
