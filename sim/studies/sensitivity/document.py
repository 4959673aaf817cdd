"""A sensitivity study as plain values for JSON; a missing value is None."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from corridors.messages import Text
from sim.studies.compare.paired_effects import finite
from sim.studies.sensitivity.effects import ElementaryEffect, RankReversal, ScreenedInput
from sim.studies.sensitivity.rank_stability import MEASURES, Pair
from sim.studies.sensitivity.study import Sensitivity


def as_json(study: Sensitivity, sentence: Callable[[Text], str] = str) -> dict[str, Any]:
    """Settings, rankings as declared, every input with its indices, and the inputs to measure first.

    Texts are in English; ``sentence`` makes a sentence of a message. The keys ``guesses`` and ``guess`` are the former
    names of ``uncertain_inputs`` and ``input``, with the same values.
    """
    settings, of = study.settings, study.rankings
    inputs = [_input(study, one, sentence) for one in study.screened]
    return {
        "settings": {
            "start": settings.horizon.start.isoformat() if settings.horizon.start else None,
            "days": settings.horizon.days,
            "warmup_days": settings.horizon.warmup_days,
            "seed": settings.horizon.seed,
            "replications": settings.replications,
            "trajectories": settings.trajectories,
            "samples": settings.samples,
            "runs": study.runs,
            "failed": study.failed,
        },
        "proposals": [
            {
                "id": id,
                "yearly_musd": of.yearly[id].value if id in of.yearly else None,
                **{measure: finite(float(of.gain(measure, id)[0].mean())) for measure in MEASURES},
            }
            for id in of.top
        ],
        "orders": {measure: of.ranking(measure) for measure in MEASURES},
        "pairs": [
            _pair(pair) | {"lead": pair.lead, "room": pair.threshold, "told_apart": pair.distinct} for pair in of.pairs
        ],
        "measure_first": [
            {"port": one.port, "input": one.input.id, "guess": one.input.id} for one in study.to_measure()
        ],
        "uncertain_inputs": inputs,
        "guesses": inputs,
        "costs": [
            {"proposal": id, "yearly_musd": value, "side": _side(upwards), **_pair(pair)}
            for id, value, upwards, pair in study.costs
        ],
        "not_run": {"weighing": list(study.weighing), "elsewhere": [item.id for item in study.elsewhere]},
    }


def _input(study: Sensitivity, one: ScreenedInput, sentence: Callable[[Text], str]) -> dict[str, Any]:
    sobol, reversals = study.sobol_indices.get(one.key), study.reversals.get(one.key)
    return {
        "port": one.port,
        "input": one.input.id,
        "guess": one.input.id,
        "numbers": [
            {"address": number.address, "declared": number.declared, "low": number.low, "high": number.high}
            for number in one.input.numbers
        ],
        "measure": sentence(one.input.measure["en"]),
        "gain_of": one.of,
        "gain": _effect(one.gain),
        "chance": one.noise,
        "base": _effect(one.base),
        "threat": one.threat,
        "pair": _pair(one.pair) if one.pair else None,
        "flips": one.flips,
        "steps": one.steps,
        "s1": sobol.first if sobol else None,
        "s1_conf": sobol.first_conf if sobol else None,
        "st": sobol.total if sobol else None,
        "st_conf": sobol.total_conf if sobol else None,
        "tips": None if reversals is None else [_reversal(one, reversal) for reversal in reversals],
    }


def _reversal(one: ScreenedInput, reversal: RankReversal) -> dict[str, Any]:
    number = one.input.numbers[0]
    value = one.input.value(number, reversal.share)
    side = _side(reversal.upwards != number.against)
    return {"share": reversal.share, "value": value, "side": side, **_pair(reversal.pair)}


def _effect(effect: ElementaryEffect) -> dict[str, float]:
    return {"mu_star": effect.mu_star, "mu_star_conf": effect.conf, "sigma": effect.sigma}


def _pair(pair: Pair) -> dict[str, Any]:
    return {"measure": pair.measure, "above": pair.above, "below": pair.below}


def _side(upwards: bool) -> str:
    return "above" if upwards else "below"
