"""Declarations of the key figures: ``data/schema/kpis.csv``, one row a figure.

Column ``better`` is 'higher', 'lower' or 'neither'. Column ``aggregation`` says how a comparison combines the two
directions, and the classes where that makes sense:

==============  ===============================================================
sum             added up; 0, not unknown, where there is no row
mean            mean over the vehicles: weighted by vehicles per day
mean_per_tonne  mean over the tonnes: weighted by tonnes per day
percentile      compared for each direction separately
none            not compared
==============  ===============================================================

Each figure has a function of the same id in :mod:`sim.kpi.key_figures`.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Final, NamedTuple

from corridors.io.folders import data_root


class KeyFigure(NamedTuple):
    """One key figure as it is declared. A further language has labels in its catalogue ``key_figures``."""

    unit: str
    """Id of the unit; its name is in the catalogue ``names``."""
    label_en: str
    label_zh: str
    better: str
    aggregation: str
    meaning_en: str
    meaning_zh: str


def load(path: Path) -> dict[str, KeyFigure]:
    """The declared key figures by id, in the order of the file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row.pop("id"): KeyFigure(**row) for row in csv.DictReader(file)}


KPIS: Final = load(data_root() / "schema" / "kpis.csv")
"""The key figures in the order in which they are listed everywhere."""


PERCENTILE: Final = re.compile(r"_p\d+$")
"""The end of the id of a percentile."""


def aggregated(*kinds: str) -> tuple[str, ...]:
    """Ids of the key figures with one of these values of ``aggregation``."""
    return tuple(id for id, declared in KPIS.items() if declared.aggregation in kinds)


def is_percentile(id: str) -> bool:
    """Whether a key figure is a percentile or a median, by its id, such as ``dwell_h_p95``."""
    return PERCENTILE.search(id) is not None


def higher_is_better(id: str) -> bool:
    """Whether an increase of a key figure is an improvement."""
    return KPIS[id].better == "higher"


COST: Final = "cost_usd_per_t"
EMISSION: Final = "co2_kg_per_t"
WEIGHED_BY: Final = {
    "handling_usd": COST,
    "cost_usd_per_tkm": COST,
    "wait_usd_per_h": COST,
    "co2_g_per_tkm": EMISSION,
    "idle_co2_kg_per_h": EMISSION,
}
"""Columns of the data that only weigh what vehicles do, with the figure that they change."""
