"""Write the table of the experiment `orders` into docs/orders.md: thresholds of a rule for orders, in pairs of runs.

    python tools/orders_page.py

Runs the scenarios of data/experiments/orders.yaml in the submodel of Manzhouli, which runs several times faster.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np

from corridors.io.atomic_files import write_atomically
from corridors.io.folders import data_root
from corridors.load import load_corridor
from corridors.overlay.proposals import Scenario, load_proposals
from sim.experiments.expansion import expand
from sim.experiments.experiment import Experiment, load_experiment
from sim.kpi.orders import BY_RULE, order_table
from sim.reports.validation_numbers import between, figure
from sim.run import prepare
from sim.statistics.intervals import mean_interval
from sim.studies.sensitivity.port_submodels import port_submodels
from sim.studies.validation.measured_run import measured_run
from sim.studies.validation.measures import RunFigures
from sim.studies.validation.quantity import Quantity
from tools.page_parts import put_into

PAGE: Final = Path(__file__).parents[1] / "docs" / "orders.md"
EXPERIMENT: Final = data_root() / "experiments" / "orders.yaml"
PORT: Final = "manzhouli"
OWN: Final = {"of": (PORT,), "direction": "outbound", "vehicle_class": ("cr_express",)}
QUANTITIES: Final = {
    "trains": Quantity(measure="flow", kpi="vehicles_per_day", **OWN),
    "stay": Quantity(measure="stay_h", **OWN),
    "inside": Quantity(measure="inside", last_day=date(2023, 4, 30), **OWN),
}
"""What is read from a run, beside the orders themselves and the journeys."""
FLOWS: Final = (
    "cre_mzl_harbin_moscow",
    "cre_mzl_dalian_moscow",
    "cre_mzl_shenyang_duisburg",
    "cre_mzl_qinhuangdao_hamburg",
)
"""Flows whose journeys count, each by its trains a day: one flow may gain by the order in which another waits."""

Figures = Mapping[str, Sequence[float]]
"""Values of a scenario by name, one for each replication."""


def scenarios(experiment: Experiment) -> list[Scenario]:
    """The scenarios of the experiment, the baseline first."""
    return expand(experiment, load_corridor(), load_proposals())


def runs(experiment: Experiment) -> dict[str, Figures]:
    """The figures of all scenarios, by id, in pairs of replications."""
    [model] = [one for one in port_submodels(load_corridor(), {}) if one.port == PORT]
    proposals = load_proposals()
    found: dict[str, dict[str, list[float]]] = {}
    for scenario in scenarios(experiment):
        own = found[scenario.id] = {name: [] for name in (*QUANTITIES, "journey", "orders", "days", "held", "held_h")}
        for replication in range(experiment.replications):
            result = measured_run(prepare(model.corridor, scenario, proposals, replication=replication))
            assert not result.problems, result.problems
            read = RunFigures(result)
            issued = order_table(result.output)
            issued = issued[issued["issued"] == BY_RULE]
            values = {name: read.value(quantity) for name, quantity in QUANTITIES.items()}
            values["journey"] = _journey(read)
            values |= {"orders": len(issued)} | {name: issued[name].sum() for name in ("days", "held", "held_h")}
            for name, value in values.items():
                own[name].append(float(value))
    return dict(found)


def _journey(read: RunFigures) -> float:
    """Mean hours from scheduled departure to destination of the flows, weighted by their trains a day."""
    services = read.result.case.corridor.services
    hours = [read.value(Quantity(measure="journey_h", of=(name,))) for name in FLOWS]
    return float(np.average(hours, weights=[services[name].per_day for name in FLOWS]))


def table(experiment: Experiment, found: Mapping[str, Figures]) -> str:
    """One row for each scenario, the baseline first."""
    lines = [
        "| loading | orders | days in force | trains held | mean wait at the origin, h | trains/day |"
        " stay at the border, h | trains inside on 30 April | whole journey, h | change of that in pairs, h |\n",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---|\n",
    ]
    baseline, *others = scenarios(experiment)
    lines.append(_row(baseline.title_en, found[baseline.id], None))
    lines += [_row(one.title_en, found[one.id], found[baseline.id]) for one in others]
    return "".join(lines)


def _row(title: str, own: Figures, without: Figures | None) -> str:
    mean = {name: float(np.mean(values)) for name, values in own.items()}
    cells = [*(figure(mean[name]) for name in ("orders", "days", "held"))]
    cells.append(figure(mean["held_h"] / mean["held"]) if mean["held"] else "–")
    cells += [figure(mean[name]) for name in ("trains", "stay", "inside", "journey")]
    return f"| {title} | {' | '.join(cells)} | {_change(own, without) if without else ''} |\n"


def _change(own: Figures, without: Figures) -> str:
    differences = np.array(own["journey"]) - np.array(without["journey"])
    interval = mean_interval(differences)
    return f"{figure(float(differences.mean()))} ({between(interval.low, interval.high)})"


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    asked = load_experiment(EXPERIMENT)
    page = put_into(PAGE.read_text(encoding="utf-8"), "orders", table(asked, runs(asked)))
    write_atomically(PAGE, page.encode())
