"""Charts of these tests are compared with the schema of Vega-Lite, which takes an eighth of the time of a report."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sim.reports import chart_style


@pytest.fixture(autouse=True, scope="module")
def charts_are_validated() -> Iterator[None]:
    chart_style.VALIDATED = True
    yield
    chart_style.VALIDATED = False
