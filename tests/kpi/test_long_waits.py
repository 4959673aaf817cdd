"""A mean above the 95th percentile is explained: few vehicles wait very long."""

from __future__ import annotations

import pandas as pd
import pytest

from sim.kpi.long_waits import messages
from sim.text.catalogue import say


def figures(wait: float, dwell: float, side: str = "both") -> pd.DataFrame:
    rows = [("dwell_h_p95", dwell), ("wait_h_mean", wait), ("dwell_h_p50", 0.2)]
    common = {"port": "ceke", "side": side, "direction": "outbound", "class": "coal_truck"}
    return pd.DataFrame([{**common, "kpi": kpi, "value": value} for kpi, value in rows])


@pytest.mark.parametrize(
    ("kpis", "found"),
    [
        (figures(0.3, 0.21), [(0.3, 0.21)]),
        (figures(0.2, 0.21), []),
        (figures(0.21, 0.21), []),
        (figures(0.3, float("nan")), []),
        (figures(0.3, 0.21, "cn"), []),
        (figures(0.3, 0.21).head(0), []),
    ],
)
def test_few_long_waits_are_a_note(kpis: pd.DataFrame, found: list[tuple[float, float]]) -> None:
    """97 trucks of 10 minutes and three that wait a night of 10 hours: mean 0.3 h, 95th percentile 0.2 h."""
    own = [dict(one.params) for one in messages(kpis)]
    assert [(one["wait"], one["dwell"]) for one in own] == found
    for one in own:
        text = say("results.long_waits", "en", **one)
        assert "fewer than 5%" in text
