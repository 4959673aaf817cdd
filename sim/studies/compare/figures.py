"""One number a run for each port, class and key figure, made of the rows by direction that a run keeps.

Flows and the backlog of the two directions are added up. Hours are means over the crossings of both directions, cost
and carbon over their tonnes: each direction counts with its vehicles, or tonnes, a day. (Transit, cost and carbon are
kept by journey; the weights are then those of the crossings, the nearest that is kept.) Trains and trucks are not
added up, their cargo is: ``class`` 'all' has containers, tonnes, cost and carbon a tonne, and the dwell of a tonne
(each class counts with its tonnes a day); ``port`` 'all' has the same over all ports. Percentiles of two directions
cannot be put together: the one that has a row (P95 of dwell) has one for each direction of a class at a port.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sim.core.kpi_declarations import KPIS, aggregated
from sim.kpi.key_figures import ALL_CLASSES
from sim.studies.compare.class_mapping import OWN

if TYPE_CHECKING:
    import pandas as pd

ALL: Final = ALL_CLASSES
"""As a class: all of a port; as a port: all ports."""
CARGO: Final = ("teu_per_day", "tonnes_per_day")
OF_A_TONNE: Final = ("dwell_h_mean",)
"""Hours that cargo of all classes has in common: those of a tonne."""
BOTH: Final = "both"
"""As a direction: both together."""
COLUMNS: Final = ("scenario", "replication", "port", "class", "direction", "kpi", "unit", "value")


def figures(kpis: pd.DataFrame) -> pd.DataFrame:
    """From the store's rows of kind 'kpis' to ``COLUMNS``, sorted by everything but the value."""
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
    """As they are; none where a class and its stand-in both have one, for these cannot be put together either."""
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
            weight = wide["tonnes_per_day" if kpi in of_tonnes else "vehicles_per_day"].where(values.notna(), 0.0)
            total = weight.groupby(level=keys).sum()
            values = (values.fillna(0.0) * weight).groupby(level=keys).sum()[total > 0] / total[total > 0]
        else:
            values = values.groupby(level=keys).sum()
        made.append(values.rename("value").reset_index().assign(kpi=kpi))
    return made
