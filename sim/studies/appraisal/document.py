"""The results of an appraisal as plain values: JSON, rows of flows, sums by party and country."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.statistics import Interval, mean_interval
from sim.studies.appraisal import Appraisal, FutureResult
from sim.studies.appraisal.model import Model
from sim.studies.appraisal.parties import COST_STREAMS
from sim.studies.compare.paired_effects import finite


def as_json(found: Appraisal) -> dict[str, Any]:
    """The appraisal as plain values."""
    model = found.model
    return {
        "programme": model.programme.model_dump(mode="json", exclude_defaults=True),
        "price_year": model.programme.price_year,
        "rate": model.rate,
        "replications": model.replications,
        "anchors": list(model.anchors),
        "years": list(model.years),
        "main_future": found.main,
        "futures": {future: _future_json(model, one) for future, one in found.futures.items()},
        "works": [
            {
                "id": one.work.id,
                "opens": one.work.opens,
                "capital_musd": one.work.capital.model_dump(),
                "yearly_musd": one.work.yearly.model_dump(),
                "pvc": one.pvc,
                "first_year_return": one.first_year_return,
            }
            for one in found.works
        ],
        "tornado": [{**vars(one.factor), "npv_at_low": one.at_low, "npv_at_high": one.at_high} for one in found.swings],
        "break_even": [
            {"kind": one.factor.kind, "id": one.factor.id, "value": one.factor.value, "break_even": one.break_even}
            for one in found.swings
        ],
        "warnings": [{"code": one.code, "params": dict(one.params)} for one in found.warnings],
    }


def _future_json(model: Model, one: FutureResult) -> dict[str, Any]:
    return {
        "pvb": interval_json(one.pvb),
        "pvc": one.pvc,
        "npv": interval_json(one.npv),
        "npv_by_rate": {f"{rate:g}": value for rate, value in one.npv_by_rate.items()},
        "bcr": one.bcr and dict(zip(("value", "low", "high"), map(finite, one.bcr), strict=True)),
        "eirr": {"value": one.eirr.rate, "kind": one.eirr.kind, "low": one.eirr_ends[0], "high": one.eirr_ends[1]},
        "payback": one.payback,
        "usd_per_t": one.usd_per_t,
        "npv_without_plan": one.npv_without_plan,
        "prices_together": vars(one.prices),
        "assumed_share": one.assumed_share,
        "streams": flow_rows(model, one),
    }


def flow_rows(model: Model, one: FutureResult) -> list[dict[str, Any]]:
    """One row for each year, stream, party and country; values of benefits positive, of costs negative, M USD.

    The net present value is the sum of value x discount_factor over all rows of a future.
    """
    rows = []
    for entry in one.entries:
        for year, factor, values in zip(model.years, model.factors().tolist(), entry.values, strict=True):
            if np.any(values):
                rows.append(
                    {
                        "future": one.future,
                        "year": year,
                        "stream": entry.stream,
                        "party": entry.party,
                        "country": entry.country,
                        **interval_json(mean_interval(values)),
                        "discount_factor": factor,
                    }
                )
    return sorted(rows, key=lambda row: (row["year"], row["stream"], row["party"], row["country"]))


def interval_json(found: Interval) -> dict[str, float | None]:
    """An interval as plain values; an infinite end is None."""
    return {"value": found.estimate, "low": finite(found.low), "high": finite(found.high)}


def by_party(model: Model, one: FutureResult) -> dict[tuple[str, str], float]:
    """Mean present value by party and country, M USD; costs negative."""
    found: dict[tuple[str, str], float] = {}
    for entry in one.entries:
        key = (entry.party, entry.country)
        found[key] = found.get(key, 0.0) + float(model.factors() @ entry.values.mean(axis=1))
    return found


def costs_and_gains(model: Model, one: FutureResult) -> tuple[dict[str, float], dict[str, float]]:
    """(share of the costs, share of the benefits) by country."""
    costs: dict[str, float] = {}
    gains: dict[str, float] = {}
    for entry in one.entries:
        of = costs if entry.stream in COST_STREAMS else gains
        of[entry.country] = of.get(entry.country, 0.0) + float(model.factors() @ entry.values.mean(axis=1))
    return _shares(costs), _shares(gains)


def _shares(parts: Mapping[str, float]) -> dict[str, float]:
    """The parts over their sum; none if it is 0."""
    total = sum(parts.values())
    return {country: part / total for country, part in parts.items()} if total else {}
