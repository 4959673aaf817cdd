"""Write the table of docs/wagons.md: trains out of China under other supplies of empty wagons, in pairs.

    python tools/wagons_page.py

Runs the scenarios of data/experiments/wagons.yaml, each in the submodel of its port, which runs several times faster.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np

from corridors.io.atomic_files import write_atomically
from corridors.io.folders import data_root
from corridors.load import load_corridor
from corridors.overlay.proposals import Scenario
from sim.experiments.expansion import expand
from sim.experiments.experiment import Experiment, load_experiment
from sim.reports.validation_numbers import between, figure
from sim.statistics.intervals import mean_interval
from sim.studies.sensitivity.port_submodels import port_submodels
from sim.studies.validation.levels import ScenarioQuantities, read
from sim.studies.validation.quantity import Quantity
from tools.page_parts import put_into

PAGE: Final = Path(__file__).parents[1] / "docs" / "wagons.md"
EXPERIMENT: Final = data_root() / "experiments" / "wagons.yaml"
YEAR: Final = 2023
TRAFFIC: Final = {"direction": "outbound", "vehicle_class": ("cr_express",)}
PORTS: Final = {"zamynuud": "erenhot", "zabaikalsk": "manzhouli"}
"""The port of a scenario by the first word of its id."""

Figures = Mapping[str, Sequence[float]]
"""Values of a scenario by quantity, one for each replication."""


def scenarios(experiment: Experiment) -> list[Scenario]:
    """The scenarios of the experiment, the baseline first."""
    return expand(experiment, load_corridor(), {})


def quantities(port: str) -> dict[str, Quantity]:
    """What is read from a run about CR Express trains out of China at a port."""
    own = {"of": (port,), **TRAFFIC}
    months = [date(YEAR, month, 1) for month in range(1, 13)]
    ends = [(first + timedelta(days=31)).replace(day=1) - timedelta(days=1) for first in months]
    return {
        f"{port}.trains": Quantity(measure="flow", kpi="vehicles_per_day", **own),
        f"{port}.stay": Quantity(measure="stay_h", **own),
        f"{port}.inside": Quantity(measure="inside", last_day=ends[-1], **own),
        **{
            f"{port}.month_{first.month}": Quantity(measure="stay_h", first_day=first, last_day=last, **own)
            for first, last in zip(months, ends, strict=True)
        },
    }


def table(experiment: Experiment, found: Mapping[str, Figures]) -> str:
    """Rows for each port: the baseline, then the scenarios of that port."""
    baseline, *others = scenarios(experiment)
    lines = [
        "| supply of empty sets | CR Express out of China, trains/day | whole stay, h | in the longest month, h |"
        " trains inside on 31 December | change of the stay in pairs, h |\n",
        "|---|---:|---:|---:|---:|---|\n",
    ]
    for word, port in PORTS.items():
        here = [one for one in others if one.id.startswith(word)]
        lines.append(_row(f"{here[0].title_en.partition(':')[0]}: as declared", port, found[baseline.id], None))
        lines += [_row(one.title_en, port, found[one.id], found[baseline.id]) for one in here]
    return "".join(lines)


def _row(title: str, port: str, own: Figures, declared: Figures | None) -> str:
    of = {key: np.array(own[f"{port}.{key}"]) for key in ("trains", "stay", "inside")}
    longest = np.max([own[f"{port}.month_{month}"] for month in range(1, 13)], axis=0)
    change = "" if declared is None else _change(of["stay"] - np.array(declared[f"{port}.stay"]))
    means = (of["trains"], of["stay"], longest, of["inside"])
    return f"| {title} | {' | '.join(figure(float(values.mean())) for values in means)} | {change} |\n"


def _change(differences: np.ndarray) -> str:
    interval = mean_interval(differences)
    return f"{figure(float(differences.mean()))} ({between(interval.low, interval.high)})"


def wanted(experiment: Experiment, port: str) -> dict[str, ScenarioQuantities]:
    """The baseline and the scenarios of a port, with the quantities of the port."""
    baseline, *others = scenarios(experiment)
    here = [one for one in others if PORTS[one.id.partition("_")[0]] == port]
    return {one.id: ScenarioQuantities(one, quantities(port)) for one in (baseline, *here)}


def runs(experiment: Experiment) -> dict[str, Figures]:
    """The figures of all scenarios, in pairs of replications."""
    found: dict[str, dict[str, list[float]]] = {}
    for model in port_submodels(load_corridor(), {}):
        if model.port in PORTS.values():
            read_here = read(model.corridor, wanted(experiment, model.port), replications=experiment.replications)
            for id, own in read_here.items():
                found.setdefault(id, {}).update(own)
    return dict(found)


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    asked = load_experiment(EXPERIMENT)
    page = put_into(PAGE.read_text(encoding="utf-8"), "wagons", table(asked, runs(asked)))
    write_atomically(PAGE, page.encode())
