"""One number per run for each port, class and key figure, combined from the rows by direction of a run.

Flows and vehicles at the port at the end are summed over both directions. Hours are means over the crossings of both
directions, cost and CO2 over their tonnes: the weights of the directions are their vehicles, or tonnes, per day.
(Transit time, cost and CO2 are results by journey; the weights of the crossings are the closest available.) Vehicles of
different classes are not summed, their cargo is: ``class`` 'all' has containers, tonnes crossed and delivered, cost and
CO2 per tonne, and the dwell time per tonne (weighted by tonnes per day); ``port`` 'all' has the same over all ports.
Percentiles of two directions cannot be combined: a percentile has a row for each direction of a class at a port.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sim.core.kpi_declarations import KPIS, aggregated
from sim.kpi.key_figures import ALL_CLASSES
from sim.studies.compare.class_mapping import OWN

if TYPE_CHECKING:
    import pandas as pd

ALL: Final = ALL_CLASSES
"""As a class: all classes; as a port: all ports."""
DELIVERED: Final = "delivered_t_per_day"
"""The figure of cargo by which scenarios are ranked and judged: what has left the yards, too."""
CROSSED: Final = "tonnes_per_day"
"""Cargo across the border, whether it lies in a yard afterwards or not."""
CARGO: Final = ("teu_per_day", CROSSED, DELIVERED)
OF_A_TONNE: Final = ("dwell_h_mean",)
"""Hours that are also combined over classes, per tonne."""
BOTH: Final = "both"
"""As a direction: both together."""
COLUMNS: Final = ("scenario", "replication", "port", "class", "direction", "kpi", "unit", "value")


def figures(kpis: pd.DataFrame) -> pd.DataFrame:
    """Combine the store's rows of kind 'kpis' to ``COLUMNS``, sorted by all columns but unit and value."""
    import pandas as pd

    both = kpis[kpis["side"] == "both"]
    by_class = both[both["class"] != ALL]
    own = by_class.get(OWN, by_class["class"])
    by_class = by_class.assign(cell=by_class["port"] + "/" + own + "/" + by_class["direction"])
    per_tonne = aggregated("mean_per_tonne")
    whole = (*CARGO, *OF_A_TONNE, *per_tonne)
    parts = [
        *_figures(by_class, aggregated("sum", "mean", "mean_per_tonne"), per_tonne),
        *_figures(by_class.assign(**{"class": ALL}), whole, whole),
        *_figures(by_class.assign(**{"class": ALL, "port": ALL}), whole, whole),
    ]
    parts = [part.assign(direction=BOTH) for part in parts] + [_percentiles(by_class)]
    table = pd.concat([part for part in parts if len(part)] or [pd.DataFrame(columns=list(COLUMNS))])
    table["unit"] = table["kpi"].map({kpi: declared.unit for kpi, declared in KPIS.items()})
    return table[list(COLUMNS)].sort_values(list(COLUMNS[:6]), ignore_index=True)


def _percentiles(rows: pd.DataFrame) -> pd.DataFrame:
    """Percentiles by direction; none where a class and the class that replaces it both have one."""
    found = rows[rows["kpi"].isin(aggregated("percentile"))]
    keys = ["scenario", "replication", "port", "class", "direction", "kpi"]
    return found.loc[~found.duplicated(keys, keep=False), [*keys, "value"]]


def _figures(rows: pd.DataFrame, wanted: tuple[str, ...], of_tonnes: tuple[str, ...]) -> list[pd.DataFrame]:
    """Sums and weighted means of the cells by run, port and class; those of ``of_tonnes`` are weighted by tonnes."""
    keys = ["scenario", "replication", "port", "class"]
    wide = rows.pivot(index=[*keys, "cell"], columns="kpi", values="value")
    made, summed = [], aggregated("sum")
    for kpi in wanted:
        if kpi not in wide:
            continue
        values = wide[kpi]
        if kpi not in summed:
            weight = wide[CROSSED if kpi in of_tonnes else "vehicles_per_day"].where(values.notna(), 0.0)
            total = weight.groupby(level=keys).sum()
            values = (values.fillna(0.0) * weight).groupby(level=keys).sum()[total > 0] / total[total > 0]
        else:
            values = values.groupby(level=keys).sum()
        made.append(values.rename("value").reset_index().assign(kpi=kpi))
    return made
