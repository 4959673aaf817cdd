"""The world of the page: that of ``bridgehead app --data DIR``, else the base year.

The server and its worker processes read the same folder, named by an environment variable. What a folder lacks
(published figures, demand scenarios, sliders) is left out of the pages; nothing of the base year takes its place.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

from corridors.clock.local_time import day_of_number
from corridors.facts import Fact
from corridors.facts import facts as published
from corridors.io.plain_files import exists
from corridors.load import load_corridor
from corridors.model import Corridor
from corridors.overlay.demand_scenarios import DemandScenarios, load_demand_scenarios
from corridors.overlay.proposals import Proposal
from sim.cli.catalogue import demand_scenarios_file, folder_of, proposals_of
from sim.cli.page_settings import DATA
from sim.studies.validation.comparisons import FactComparison, load_comparisons
from sim.studies.validation.own_facts import own_facts

SUMMER: Final = date(2023, 7, 18)
"""First day of the short runs of the base year."""


def folder() -> Path | None:
    """The data folder that the server was started with; None for the base year."""
    given = os.environ.get(DATA, "").strip()
    return Path(given) if given else None


def corridor() -> Corridor:
    """Its world. Raises DataError."""
    return load_corridor(folder())


def proposals() -> dict[str, Proposal]:
    """Its proposals by id. Raises DataError."""
    return proposals_of(folder())


def demand_scenarios() -> DemandScenarios | None:
    """Its forecasts of demand; None without any."""
    file = demand_scenarios_file(folder())
    return load_demand_scenarios(file) if file else None


def facts() -> Mapping[str, Fact]:
    """The published figures of the base year by id; of an own folder those in its folder ``validation``."""
    own = folder()
    return published() if own is None else own_facts(folder_of("validation", own))[0]


def comparisons() -> list[FactComparison]:
    """The published figures to compare a run with; an own folder has none but those in its folder ``validation``."""
    own = folder()
    if own is None:
        return list(load_comparisons())
    file = folder_of("validation", own) / "comparisons.csv"
    return list(load_comparisons(file)) if exists(file) else []


def first_day() -> date:
    """The first day of short runs: in summer for the base year, else the first day of a run of the folder."""
    if folder() is None:
        return SUMMER
    row = corridor().parameters.get("run_start")
    return day_of_number(row.value) if row else SUMMER
