"""The check of a fit on weeks that it has not seen: fitted to the weeks before, compared with those held out."""

from __future__ import annotations

from corridors.model import Corridor
from corridors.overlay.applying import apply
from corridors.records.mapping import RecordMap
from corridors.records.visits import Visits
from sim.studies.fitting import replaying
from sim.studies.fitting.fitting import fit
from sim.studies.fitting.overlay import scenario


def check_held_out(
    visits: Visits, found: RecordMap, corridor: Corridor, weeks: int | None = None, seed: int = 1
) -> tuple[list[replaying.Checked], int]:
    """The comparisons with the last weeks of a fit to all weeks before, and the number of these weeks.

    ``weeks`` None: as many as the log allows; no comparison where that is none.
    """
    held = replaying.held_out_weeks(visits, weeks)
    if not held:
        return [], 0
    before, after = replaying.split(visits, held)
    made = fit(before, found, corridor, seed)
    changed = apply(corridor, scenario(made, before, found, corridor).changes)
    return replaying.check(made, after, found, changed, seed), held
