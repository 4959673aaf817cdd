"""Files of a fit: the scenario, its numbers, the check and the ledger of the cleaning, as bytes by name."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from corridors.overlay.proposals import Scenario
    from corridors.records.visits import Visits
    from sim.studies.fitting.fitting import Fit
    from sim.studies.fitting.replaying import Checked

NAMES: Final = ("fit.yaml", "fit.csv", "check.csv", "cleaning.csv")
CHECK_COLUMNS: Final = ("name", "measure", "observed", "fitted", "bias", "w1", "n", "agrees", "within_error", "cause")
NUMBER_COLUMNS: Final = ("address", "value", "low", "high", "n", "n_open", "days", "method", "fit", "written")


def contents(made: Fit, overlay: Scenario, visits: Visits, checked: Sequence[Checked]) -> dict[str, bytes]:
    """The files by name. Ids of vehicles, hashed, are in the ledger alone."""
    from corridors.overlay.proposals import to_yaml
    from corridors.records.visits import COLUMNS

    comparisons = [[str(getattr(one, name)) for name in CHECK_COLUMNS] for one in checked]
    return {
        "fit.yaml": to_yaml(overlay).encode(),
        "fit.csv": _csv((*NUMBER_COLUMNS, "words"), _number_rows(made)),
        "check.csv": _csv(CHECK_COLUMNS, comparisons),
        "cleaning.csv": _csv(COLUMNS, visits.ledger.table()),
    }


def _number_rows(made: Fit) -> list[list[str]]:
    return [
        [*(_cell(getattr(one, name)) for name in NUMBER_COLUMNS), "; ".join(map(str, one.words))]
        for one in made.estimates
    ]


def _cell(value: Any) -> str:
    unknown = value is None or (isinstance(value, float) and not math.isfinite(value))
    return "" if unknown else str(value)


def _csv(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")
