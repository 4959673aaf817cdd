"""Used and free train paths of a line, by hand."""

from __future__ import annotations

from datetime import date

from sim.core.run_settings import RunSettings
from sim.kpi.path_use import path_use
from tests.kpi.test_train_graph import graph_of, two_links


def use(days: int = 3, **of_first: object) -> list[tuple[str, bool, float | None, float, int, float | None]]:
    """The use of the line of two links, with a train each way on Tuesday."""
    corridor = two_links(**of_first)
    graph, _ = graph_of(corridor, RunSettings(date(2023, 1, 2), days))
    return [(one.link, one.both, one.paths, one.mean, one.most, one.free) for one in path_use(graph, corridor)]


def test_both_directions_of_a_single_track_share_twice_its_paths() -> None:
    first, second = use(paths_per_day=4.0)
    assert first == ("first", True, 8.0, 2 / 3, 2, 8 - 2 / 3)
    assert second[:2] == ("second", True)
    assert second[3:5] == (2 / 3, 2)


def test_a_section_without_a_limit_has_no_free_paths() -> None:
    first, _ = use(paths_per_day=None)
    assert (first[2], first[5]) == (None, None)
    assert first[4] == 2
