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
    explained = list(explained)
    found, expected = overloads(corridor), message("want.overloaded_row")
    twice = [address for address, times in Counter(explained).items() if times > 1 and address in found]
    return [
        Finding(
            WARNING,
            document,
            None,
            "overloads",
            address,
            expected,
            nearest(address, found),
            message("scenario.no_overload" if _is_row(corridor, address) else "change.unknown_row"),
            document,
        )
        for address in dict.fromkeys(explained)
        if address not in found
    ] + [
        Finding(
            WARNING,
            document,
            None,
            "overloads",
            address,
            message("want.one_line_each"),
            "",
            message("scenario.overload_twice"),
            document,
        )
        for address in twice
    ]


def _is_row(corridor: Corridor, address: str) -> bool:
    table, _, id = address.partition(".")
    return table in TABLES and id in corridor.table(table)


def unexplained(findings: Iterable[Finding], corridor: Corridor, explained: Collection[str]) -> list[Finding]:
    """The findings without those about overloads that a line explains."""
    known = {one for address, one in overloads(corridor).items() if address in explained}
    return [one for one in findings if one not in known]
