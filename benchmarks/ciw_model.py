"""The benchmark model as a Ciw network, one network for each port.

It is as close to the model as Ciw allows; ports share nothing.

What Ciw cannot say: a server kept over several nodes (the yard track, which is left out) and given durations (it
draws its own, from the same distributions). The link is a node served for the headway and one without a queue for
the rest of the crossing.
"""

from __future__ import annotations

import math
from typing import Any

import ciw

from benchmarks.inputs import QUEUES, Inputs, Summary
from benchmarks.world import (
    CV,
    DIRECTIONS,
    HEADWAY_MIN,
    MINUTES,
    PER_DAY,
    PORTS,
    PRIORITIES,
    SECOND_LOOK_SHARE,
    SERVERS,
)

NODES = ("approach", "customs", "inspection", "second_look", "link", "crossing", "crane", "release", "onward")
DAY_MIN = 1440


def run(inputs: Inputs, volume: int) -> Summary:
    waits: dict[str, list[float]] = {name: [] for name in QUEUES}
    transit: list[float] = []
    for number, _ in enumerate(PORTS):
        ciw.seed(number)
        simulation = ciw.Simulation(network(volume))
        simulation.simulate_until_max_time(inputs.horizon_s / 60)
        for record in simulation.get_all_records():
            name = NODES[(record.node - 1) % len(NODES)]
            kind = "crossing" if name == "link" else name
            if kind in waits and name != "crossing":
                waits[kind].append(record.waiting_time)
        exits = simulation.nodes[-1].all_individuals
        transit += [person.data_records[-1].exit_date - person.data_records[0].arrival_date for person in exits]
    means = {kind: sum(times) / len(times) if times else 0.0 for kind, times in waits.items()}
    return Summary(len(transit), sum(transit) / len(transit) / 60, means)


def network(volume: int) -> Any:
    """One port: nine nodes for each direction, of which the second direction uses the link of the first."""
    n, link = len(NODES), NODES.index("link")
    names = [f"{direction} {kind}" for direction in DIRECTIONS for kind in PRIORITIES]
    service = [times(name, volume) for name in NODES] * len(DIRECTIONS)
    routing: dict[str, Any] = {}
    arrivals: dict[str, Any] = {}
    for side, direction in enumerate(DIRECTIONS):
        first = side * n
        after = {k: first + k + 1 for k in range(n - 1)}
        after[link] = first + link + 1
        matrix = [[0.0] * (2 * n) for _ in range(2 * n)]
        for k in range(n - 1):
            matrix[link if k == link else first + k][after[k]] = 1.0
        look, second = first + NODES.index("inspection"), first + NODES.index("second_look")
        matrix[look][second], matrix[look][link] = SECOND_LOOK_SHARE, 1 - SECOND_LOOK_SHARE
        matrix[second] = [0.0] * (2 * n)
        matrix[second][link] = 1.0
        for kind, (_, part) in PRIORITIES.items():
            rate = PER_DAY * volume * part / DAY_MIN
            routing[f"{direction} {kind}"] = matrix
            arrivals[f"{direction} {kind}"] = [
                ciw.dists.Exponential(rate) if k == first else None for k in range(2 * n)
            ]
    return ciw.create_network(
        arrival_distributions=arrivals,
        service_distributions=dict.fromkeys(names, service),
        routing=routing,
        number_of_servers=[servers(name, volume) for _ in DIRECTIONS for name in NODES],
        priority_classes={f"{d} {kind}": PRIORITIES[kind][0] for d in DIRECTIONS for kind in PRIORITIES},
    )


def times(name: str, volume: int) -> Any:
    if name == "link":
        return ciw.dists.Deterministic(HEADWAY_MIN / volume)
    variance = math.log1p(CV**2)
    mean = MINUTES[name] - (HEADWAY_MIN / volume if name == "crossing" else 0)
    return ciw.dists.Lognormal(math.log(mean) - variance / 2, math.sqrt(variance))


def servers(name: str, volume: int) -> Any:
    if name in ("approach", "crossing", "onward"):
        return float("inf")
    if name == "link":
        return 1
    if name == "inspection":
        day = SERVERS[name] * volume
        return ciw.Schedule(numbers_of_servers=[day, day // 2], shift_end_dates=[DAY_MIN / 2, DAY_MIN])
    return SERVERS[name] * volume
