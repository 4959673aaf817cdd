"""What a proposal is: a work, a rule, a shock, or a future demand.

A future only changes volumes of demand; a shock only closes something, or is declared as one (M25, M26 of the policy
document); a work has a capital cost, adds rows, or changes numbers of servers, tracks and capacities; the rest are
rules, such as hours, durations, priorities and quotas.
"""

from __future__ import annotations

from typing import Final, Literal

from corridors.overlay.proposals import NOT_BUILT, Proposal

Kind = Literal["work", "rule", "shock", "future"]
KINDS: Final[tuple[Kind, ...]] = ("work", "rule", "shock", "future")
VOLUMES: Final = ("per_day", "fleet", "load_t", "load_teu")
"""Columns of services.csv that define the volume of demand."""
QUOTA: Final = "daily_quota"
"""Column of stocks.csv for the trips of a fleet."""
BUILT: Final = ("servers", "tracks", "passing_places", "passing_tracks", "capacity")
PROVENANCE: Final = ("source", "grade", "note")


def kind_of(proposal: Proposal) -> Kind:
    """The kind of a proposal."""
    changes = [one for one in proposal.changes if one.address.rpartition(".")[2] not in PROVENANCE]
    ends = [(one.address.partition(".")[0], one.address.rpartition(".")[2]) for one in changes]
    if all(end in (("services", field) for field in VOLUMES) or end == ("stocks", QUOTA) for end in ends):
        return "future"
    if proposal.measure in NOT_BUILT or all(one.op == "close" for one in changes):
        return "shock"
    if proposal.capital_musd or any(
        one.row is not None or end[1] in BUILT for one, end in zip(changes, ends, strict=True)
    ):
        return "work"
    return "rule"
