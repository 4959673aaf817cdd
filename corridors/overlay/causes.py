"""Findings about rows of tables as findings about the change that causes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from corridors.findings import Finding
from corridors.overlay.changes import Change


def is_of_table(finding: Finding) -> bool:
    """Whether a finding names a row of a table, not a document."""
    return finding.file.endswith(".csv")


def at_causes(
    findings: Sequence[Finding], changes: Sequence[Change], document: str, known: Sequence[Finding] = ()
) -> list[Finding]:
    """Findings about rows of tables as findings about the document whose change causes them, at the address.

    A change of that field comes before one of that row, whose address it gets then; without either the cause is
    ``document`` as a whole, such as the days of a scenario. '' for changes of options, which have no document: other
    findings stay those of the tables. So do findings that are ``known`` without the document.
    """
    found = []
    for one in findings:
        if is_of_table(one) and one not in known:
            row = f"{one.file.removesuffix('.csv')}.{one.id}"
            address = f"{row}.{one.column}" if one.column else row
            at_row = [change for change in changes if f"{change.address}.".startswith(f"{row}.")]
            if cause := next((change for change in at_row if change.address == address), at_row[0] if at_row else None):
                one = replace(one, file=cause.origin or document, row=None, id="", column=cause.address)
            elif document:
                one = replace(one, file=document, row=None, id="", column=address)
        found.append(one)
    return found
