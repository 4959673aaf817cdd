"""A sensitivity study as plain values, ready for JSON; what has no value is None."""

from __future__ import annotations

from typing import Any

from sim.studies.compare.paired_effects import finite
from sim.studies.sensitivity.effects import Elementary, Screened, Tip
from sim.studies.sensitivity.rank_stability import MEASURES, Pair
from sim.studies.sensitivity.study import Sensitivity


def as_json(study: Sensitivity) -> dict[str, Any]:
    """Settings, orders as declared, every guess with its indices, what to measure first."""
    asked, of = study.asked, study.orders
    return {
        "settings": {
            "start": asked.horizon.start.isoformat() if asked.horizon.start else None,
            "days": asked.horizon.days,
            "warmup_days": asked.horizon.warmup_days,
            "seed": asked.horizon.seed,
            "replications": asked.replications,
            "trajectories": asked.trajectories,
            "samples": asked.samples,
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
        "orders": {measure: of.order(measure) for measure in MEASURES},
        "pairs": [
            _pair(pair) | {"lead": pair.lead, "room": pair.room, "told_apart": pair.told_apart} for pair in of.pairs
        ],
        "measure_first": [{"port": one.port, "guess": one.guess.id} for one in study.to_measure()],
        "guesses": [_guess(study, one) for one in study.screened],
        "costs": [
            {"proposal": id, "yearly_musd": value, "side": _side(upwards), **_pair(pair)}
            for id, value, upwards, pair in study.costs
        ],
        "not_run": {"weighing": list(study.weighing), "elsewhere": [guess.id for guess in study.elsewhere]},
    }


def _guess(study: Sensitivity, one: Screened) -> dict[str, Any]:
    share = study.shares.get(one.key)
    return {
        "port": one.port,
        "guess": one.guess.id,
        "numbers": [
            {"address": number.address, "declared": number.declared, "low": number.low, "high": number.high}
            for number in one.guess.numbers
        ],
        "measure": one.guess.measure[0],
        "gain_of": one.of,
        "gain": _effect(one.gain),
        "chance": one.chance,
        "base": _effect(one.base),
        "threat": one.threat,
        "pair": _pair(one.pair) if one.pair else None,
        "flips": one.flips,
        "steps": one.steps,
        "s1": share.first if share else None,
        "s1_conf": share.first_conf if share else None,
        "st": share.total if share else None,
        "st_conf": share.total_conf if share else None,
        "tips": [_tip(one, tip) for tip in study.tips[one.key]] if one.key in study.tips else None,
    }


def _tip(one: Screened, tip: Tip) -> dict[str, Any]:
    number = one.guess.numbers[0]
    value = one.guess.value(number, tip.share)
    return {"share": tip.share, "value": value, "side": _side(tip.upwards != number.against), **_pair(tip.pair)}


def _effect(effect: Elementary) -> dict[str, float]:
    return {"mu_star": effect.mu_star, "mu_star_conf": effect.conf, "sigma": effect.sigma}


def _pair(pair: Pair) -> dict[str, Any]:
    return {"measure": pair.measure, "above": pair.above, "below": pair.below}


def _side(upwards: bool) -> str:
    return "above" if upwards else "below"
