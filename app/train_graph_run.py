"""The train graph of one run with what names its trains: what a worker process returns instead of all visits."""

from __future__ import annotations

from dataclasses import dataclass

from app.run_summary import content_of
from corridors.messages import Message
from corridors.rail_lines import line_of, rail_lines
from sim.core.plan import Ints, Ints32
from sim.core.units import DAY_S
from sim.kpi.train_graph import TrainGraph, train_graph
from sim.run import RunResult


@dataclass(frozen=True)
class TrainGraphRun:
    """The trains of a line after the warm-up. Arrays are (n_trains,)."""

    graph: TrainGraph
    service: Ints32
    """Positions in ``services``."""
    number: Ints
    """Number of the vehicle in its service."""
    services: tuple[str, ...]
    service_class: tuple[str, ...]
    start: str
    """The epoch: first simulated instant, ISO 8601 in UTC."""
    content: str
    """See :func:`~app.run_summary.content_of`."""
    problems: tuple[Message, ...]

    @staticmethod
    def of(result: RunResult, line: str) -> TrainGraphRun:
        """The graph of the line with that id, from the midnight of the world at the begin of the measured period on."""
        plan, labels = result.visits.plan, result.visits.plan.labels
        chosen = line_of(rail_lines(result.case.corridor), line)
        if chosen is None:
            raise ValueError(f"no such line: {line!r}")
        from_s = max(0, labels.midnight_s(labels.warmup_s))
        to_s = from_s + (plan.horizon_s - labels.warmup_s) // DAY_S * DAY_S
        graph = train_graph(result.visits, result.case.corridor, chosen, from_s, to_s)
        service = plan.vehicle_service[graph.vehicle]
        return TrainGraphRun(
            graph=graph,
            service=service,
            number=graph.vehicle - plan.service_vehicle_start[service],
            services=labels.service,
            service_class=labels.service_class,
            start=labels.start,
            content=content_of(result.record(), result.case.corridor),
            problems=tuple(result.problems),
        )
