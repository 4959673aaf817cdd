"""What a fit makes of made-up logs with damages, seed by seed: intervals, servers, hours, the check, the ledger."""

from __future__ import annotations

import runpy
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from corridors.io.folders import data_root
from corridors.load import load_corridor
from corridors.model import Corridor
from corridors.overlay.applying import apply
from corridors.records.cleaning import clean
from corridors.records.mapping import RecordMap, load_map
from corridors.records.reading import read_log
from corridors.records.visits import Visits
from sim.studies.fitting.fitting import fit
from sim.studies.fitting.overlay import scenario
from sim.studies.fitting.replaying import Checked, check, held_out_weeks, split

ROOT: Final = Path(__file__).parents[2]
EXAMPLE: Final = ROOT / "data" / "examples"
MAKER: Final[dict[str, Any]] = runpy.run_path(str(ROOT / "tools" / "made_up_log.py"))
TRUTH: Final[Any] = MAKER["Truth"]()
DRIFT: Final[Any] = MAKER["Truth"](per_day=130.0, day_cv=0.1, lanes_later=4)
"""Lanes at 0.8 of their capacity in the first half, and twice as many in the second."""
WEEKS: Final = 26
TRUE: Final = {
    "durations.truck_ern_in_gate_own.mean_min": TRUTH.lane_min,
    "durations.truck_ern_in_gate_own.cv": TRUTH.lane_cv,
    "durations.truck_ern_in_inspection_own.mean_min": TRUTH.inspection_min,
    "durations.truck_ern_in_inspection_own.cv": TRUTH.inspection_cv,
    "shares.truck_ern_in_tier_inspect_own.share": TRUTH.inspected,
    "services.truck_ern_in.per_day": TRUTH.per_day,
    "services.truck_ern_in.day_cv": TRUTH.day_cv,
    "services.truck_ern_in.load_t": TRUTH.load_t,
}


@dataclass
class Outcome:
    """What the fit to the log of one seed says."""

    held: dict[str, bool] = field(default_factory=dict)
    """By number: whether its interval holds the truth; False where it is not written."""
    servers: bool = False
    hours: bool = False
    name: bool = False
    """Whether the distribution is the true one, or within a twentieth of it."""
    agrees: bool = False
    """Whether the check finds no difference beyond the sampling error."""
    damages: int = 0
    unnamed: int = 0
    """Damages that no entry of the ledger names by their rule."""
    rows: int = 0
    harmed: int = 0
    """Sound rows that were dropped."""


@cache
def world() -> Corridor:
    """The shipped world."""
    return load_corridor(data_root() / "baseline")


@cache
def record_map() -> RecordMap:
    """The map of the example."""
    return load_map(EXAMPLE / "gate_log.yaml", world())


def read(content: bytes) -> Visits:
    """The visits of a log of the example's form."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "gate_log.csv"
        file.write_bytes(content)
        found = record_map()
        return clean([read_log(file, found.form, found.columns)], found, world())


def checked(whole: Visits, weeks: int | None, seed: int) -> list[Checked]:
    """The check of a fit to the weeks before those held out."""
    before, after = split(whole, held_out_weeks(whole, weeks))
    early = fit(before, record_map(), world(), seed)
    changed = apply(world(), scenario(early, before, record_map(), world()).changes)
    return check(early, after, record_map(), changed, seed)


def outcome(seed: int, weeks: int = WEEKS) -> Outcome:
    """The log of a seed, fitted and checked."""
    made = MAKER["made_up"](TRUTH, weeks, seed)
    whole = read(made.content())
    result = fit(whole, record_map(), world(), seed)
    written = result.by_address()
    found = Outcome(rows=whole.records, damages=len(made.damages))
    for address, truth in TRUE.items():
        found.held[address] = address in written and written[address].low <= truth <= written[address].high
    lanes = written.get("facilities.erenhot_road_in.servers")
    found.servers = lanes is not None and lanes.value == TRUTH.lanes
    own = [one.value for one in result.estimates if one.address == "facilities.erenhot_road_in.calendar"]
    found.hours = own == ["Mon-Sun 08:00-18:00"]
    gate = written["durations.truck_ern_in_gate_own.distribution"]
    found.name = gate.value == "gamma" or gate.fit <= 0.05
    found.agrees = all(one.agrees or one.within_error for one in checked(whole, None, seed))
    named = {(line, rule) for _, line, _, rule, *_ in whole.ledger.rows}
    found.unnamed = sum(one not in named for one in made.damages)
    damaged = {line for line, _ in made.damages}
    dropped = {line for _, line, _, _, _, _, done, _ in whole.ledger.rows if done == "dropped"}
    found.harmed = len(dropped - damaged)
    return found


def fails_with_drift(seed: int) -> bool:
    """Whether the check fails on the dwell of a log with twice the lanes in its second half."""
    whole = read(MAKER["made_up"](DRIFT, 12, seed).content())
    return any(one.measure == "dwell_min" and not one.agrees for one in checked(whole, 2, seed))
