"""One run with only what figures for comparison are read from, so that a validation does not wait for other tables.

Input: a case. Output: a :class:`MeasuredRun`, whose tables are computed at first use from one scan of the visits.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from corridors.messages import Message
from sim.core.trace import Visits
from sim.kpi import key_figures
from sim.kpi.facilities import facility_table, link_table
from sim.output import conservation
from sim.output.run_output import RunOutput
from sim.run import Case, visits_of

if TYPE_CHECKING:
    import pandas as pd


class MeasuredRun:
    """A finished run: its visits, and the tables of a RunResult that comparisons read."""

    def __init__(self, case: Case, visits: Visits) -> None:
        self.case = case
        self.visits = visits
        self.output = RunOutput.whole(visits)

    @cached_property
    def problems(self) -> tuple[Message, ...]:
        """Balances that the run violates; its figures are valid only if there are none."""
        return tuple(conservation.check(self.output))

    @cached_property
    def kpis(self) -> pd.DataFrame:
        """Key figures, as in a RunResult."""
        return key_figures.kpi_table(self.output)

    @cached_property
    def facilities(self) -> pd.DataFrame:
        """Facilities, as in a RunResult."""
        return facility_table(self.output)

    @cached_property
    def links(self) -> pd.DataFrame:
        """Links, as in a RunResult."""
        return link_table(self.output)


def measured_run(case: Case) -> MeasuredRun:
    """Run one replication on the fastest engine; raises as :func:`sim.run.run_scenario`."""
    from sim.engines import resolve_engine

    return MeasuredRun(case, visits_of(case, resolve_engine(None)))
