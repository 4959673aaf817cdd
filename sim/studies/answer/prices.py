"""What a change of a charge, a price or an emission factor does to a tonne: the only effect that it has.

Such numbers move no vehicle, so cargo, hours and queues stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from corridors.messages import Message
from sim.core.kpi_declarations import COST, EMISSION, WEIGHED_BY
from sim.studies.answer.amounts import KG, USD, said, sized
from sim.studies.answer.subject import Subject, shown
from sim.studies.compare import ALL

UNITS: Final = {COST: USD, EMISSION: KG}
MOST_NAMED: Final = 3


def prices(subject: Subject) -> Iterator[Message]:
    """The change of the cost, or of the emission, of a tonne of each traffic where such a number changes."""
    fields = {address.rpartition(".")[2] for address in subject.comparison.results.addresses(subject.scenario)}
    for kpi in dict.fromkeys(kpi for field, kpi in WEIGHED_BY.items() if field in fields):
        rows = [one for one in subject.effects if one.kpi == kpi and ALL not in (one.klass, one.port) and shown(one)]
        rows.sort(key=lambda one: (-abs(one.difference), one.port, one.klass))
        for one in rows[:MOST_NAMED]:
            code = f"tonne.{kpi.partition('_')[0]}_{'more' if one.difference > 0 else 'less'}"
            yield said(code, who=subject.who(one), **sized(one.paired.difference, UNITS[kpi]))
        if not rows:
            yield said(f"tonne.{kpi.partition('_')[0]}_same")
