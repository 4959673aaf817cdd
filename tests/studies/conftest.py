"""Charts of these tests are compared with the schema of Vega-Lite, which takes an eighth of the time of a report."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sim.reports import run_charts


@pytest.fixture(autouse=True, scope="module")
def charts_are_validated() -> Iterator[None]:
    run_charts.VALIDATED = True
    yield
    run_charts.VALIDATED = False
