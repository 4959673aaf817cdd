"""Effects of each input on the ranking of the top proposals: Morris screening, Sobol indices, rank reversals.

Input: :class:`~.rank_stability.Rankings` and the responses of the stages in one port submodel. Output: one
:class:`ScreenedInput` an input, and for those examined in detail :class:`SobolIndices` and :class:`RankReversal` s.

The *threat* of an input is the largest ratio, over all pairs, of mu* of the lead to the lead as declared. mu* of the
lead is its mean absolute change over the whole range of the input, averaged over the other inputs. From about 1 the
input by itself can reverse two proposals. Only pairs that are ranked as declared count.

Sources: Morris, Technometrics 33 (1991) 161-174; Campolongo, Cariboni and Saltelli, Environmental Modelling &
Software 22 (2007) 1509-1518 (mu*); Saltelli et al., Computer Physics Communications 181 (2010) 259-270 (Sobol).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sim.studies.sensitivity.design import BASE, LEVELS, SWEPT, Point, matrix, problem
from sim.studies.sensitivity.rank_stability import NOISE, Pair, Rankings, beyond_noise
from sim.studies.sensitivity.responses import Array, Responses
from sim.studies.sensitivity.uncertain_inputs import UncertainInput


@dataclass(frozen=True)
class ElementaryEffect:
    """Elementary effects of one input on one figure, each over its whole range, in the unit of the figure."""

    mu_star: float
    """Mean of the absolute effects."""
    conf: float
    """Half-width of the 95% confidence interval of mu*, by bootstrap over trajectories."""
    sigma: float
    """Standard deviation of the effects: interactions with other inputs, and non-linearity."""


@dataclass(frozen=True)
class ScreenedInput:
    """One input in one port submodel, after Morris screening."""

    port: str
    input: UncertainInput
    base: ElementaryEffect
    """Effect on tonnes a day through the port without any proposal."""
    gain: ElementaryEffect
    """Effect on the cargo gain that it changes most."""
    of: str
    """The proposal with that gain."""
    noise: float
    """Variation of that gain between replications (:data:`.rank_stability.NOISE` standard deviations)."""
    threat: float
    pair: Pair | None
    """The pair with the greatest threat; None if no pair is ranked."""
    flips: int
    """Steps of the input that reversed any pair beyond the sampling error."""
    steps: int

    @property
    def key(self) -> tuple[str, str]:
        """Port and id of the input."""
        return (self.port, self.input.id)


@dataclass(frozen=True)
class SobolIndices:
    """Sobol indices of one input for the lead of its pair: first-order and total, with 95% half-widths."""

    first: float
    first_conf: float
    total: float
    total_conf: float


@dataclass(frozen=True)
class RankReversal:
    """The break-even value at which one input, all others as declared, reverses two proposals."""

    pair: Pair
    share: float
    """Position in the range of the input, from 0 to 1."""
    upwards: bool
    """Whether the pair is reversed above that share; else below."""
    lead: float
    """Lead at the end of the range beyond it, which is negative."""


def screen(
    rankings: Rankings,
    port: str,
    inputs: Sequence[UncertainInput],
    points: Sequence[Point],
    there: Responses,
    seed: int,
) -> list[ScreenedInput]:
    """Screen every input of a submodel, after a stage over Morris trajectories (one replication)."""
    x = matrix(inputs, points)
    step = len(inputs) + 1
    pairs = [pair for pair in rankings.pairs if pair.distinct and _touches(pair, there)]
    leads = {pair: rankings.lead(pair, port, there)[:, 0] for pair in pairs}
    whole = np.ones(len(points), bool)
    for figures in (*leads.values(), *(there.of("cargo", id)[:, 0] for id in there.proposals), there.base[:, 0]):
        whole &= ~np.isnan(figures)
    # A trajectory with a failed run is left out.
    whole = np.repeat(whole.reshape(-1, step).all(axis=1), step)
    if not whole.any():
        return []
    x, leads = x[whole], {pair: lead[whole] for pair, lead in leads.items()}
    of_base = _elementary(inputs, x, there.base[whole, 0], seed)
    gains = {id: there.of("cargo", id)[whole, 0] for id in there.proposals}
    of_gain = {id: _elementary(inputs, x, gain, seed) for id, gain in gains.items()}
    of_lead = {pair: _elementary(inputs, x, lead, seed) for pair, lead in leads.items()}
    flips = _reversed_steps(x, leads)
    made = []
    for k, item in enumerate(inputs):
        most = max(of_gain, key=lambda id: of_gain[id][k].mu_star, default=BASE)
        threats = {pair: found[k].mu_star / pair.lead for pair, found in of_lead.items()}
        worst = max(threats, key=lambda pair: threats[pair], default=None)
        declared = rankings.declared[port].of("cargo", most)[0]
        made.append(
            ScreenedInput(
                port,
                item,
                base=of_base[k],
                gain=of_gain[most][k] if most in of_gain else ElementaryEffect(0.0, 0.0, 0.0),
                of=most,
                noise=NOISE * float(declared.std(ddof=1)) if declared.size > 1 else 0.0,
                threat=threats[worst] if worst else 0.0,
                pair=worst,
                flips=int(flips[k]),
                steps=int(whole.sum()) // step,
            )
        )
    return made


def sobol_indices(
    rankings: Rankings, chosen: Sequence[ScreenedInput], inputs: Sequence[UncertainInput], there: Responses, seed: int
) -> dict[tuple[str, str], SobolIndices]:
    """Sobol indices of the chosen inputs of one submodel, after a stage over Saltelli's sample (one replication).

    Failed runs are replaced by the mean of the others. A constant lead has no indices.
    """
    from SALib.analyze import sobol

    found = {}
    for k, one in enumerate(chosen):
        if one.pair is None:
            continue
        lead = rankings.lead(one.pair, one.port, there)[:, 0]
        lead = np.where(np.isnan(lead), np.nanmean(lead), lead)
        if np.ptp(lead) == 0:
            continue
        made = sobol.analyze(problem(inputs), lead, calc_second_order=False, seed=seed + 1)
        found[one.key] = SobolIndices(*(float(made[name][k]) for name in ("S1", "S1_conf", "ST", "ST_conf")))
    return found


def reversals(rankings: Rankings, port: str, item: UncertainInput, there: Responses, first: int) -> list[RankReversal]:
    """Break-even values along one input; its points of :func:`.design.sweep` begin at ``first``.

    A pair counts if it is ranked as declared, and reversed beyond the sampling error at an end of the range.
    """
    found = []
    rows = slice(first, first + len(SWEPT))
    for pair in rankings.pairs:
        if not pair.distinct or not _touches(pair, there):
            continue
        leads = rankings.lead(pair, port, there)[rows]
        means, errors = leads.mean(axis=1), _errors(leads)
        for upwards in (False, True):
            reversal = _reversal(pair, item.declared, means, errors, upwards)
            if reversal:
                found.append(reversal)
    return sorted(found, key=lambda one: (abs(one.share - item.declared), one.pair.measure, one.pair.above))


def _reversal(pair: Pair, declared: float, means: Array, errors: Array, upwards: bool) -> RankReversal | None:
    """The first zero of the lead between the declared value and one end, if the lead at that end is negative."""
    levels = [(share, means[k], errors[k]) for k, share in enumerate(SWEPT) if (share > declared) == upwards]
    levels = sorted(levels, key=lambda level: level[0], reverse=not upwards)
    before, lead_before = declared, pair.lead
    for share, lead, _ in levels:
        if lead < 0:
            end, error = levels[-1][1:]
            if not end < -error:
                return None
            at = before + (share - before) * lead_before / (lead_before - lead)
            return RankReversal(pair, float(at), upwards, float(end))
        before, lead_before = share, float(lead)
    return None


def _errors(leads: Array) -> Array:
    """Sampling error of the mean lead of each point; 0 for a single replication."""
    runs = leads.shape[1]
    if runs < 2:
        return np.zeros(len(leads))
    return np.asarray(NOISE * leads.std(axis=1, ddof=1) / np.sqrt(runs))


def _touches(pair: Pair, there: Responses) -> bool:
    return pair.above in there.proposals or pair.below in there.proposals


def _elementary(inputs: Sequence[UncertainInput], x: Array, y: Array, seed: int) -> list[ElementaryEffect]:
    from SALib.analyze import morris

    made = morris.analyze(problem(inputs), x, y, num_levels=LEVELS, seed=seed + 1)
    columns = (np.ma.filled(made[name], 0.0) for name in ("mu_star", "mu_star_conf", "sigma"))
    return [ElementaryEffect(*(float(value) for value in row)) for row in zip(*columns, strict=True)]


def _reversed_steps(x: Array, leads: dict[Pair, Array]) -> Array:
    """Number of steps of each input that reversed any pair beyond the sampling error, shape (inputs,)."""
    step = x.shape[1] + 1
    counts = np.zeros(x.shape[1])
    moved = np.diff(x.reshape(-1, step, x.shape[1]), axis=1) != 0
    any_pair = np.zeros(moved.shape[:2], bool)
    for pair, lead in leads.items():
        side = np.where(lead > pair.threshold, 1, np.where(lead < -pair.threshold, -1, 0)).reshape(-1, step)
        any_pair |= side[:, 1:] * side[:, :-1] < 0
    counts += (moved & any_pair[:, :, None]).sum(axis=(0, 1))
    return counts


def cost_reversals(rankings: Rankings) -> Iterator[tuple[str, float, bool, Pair]]:
    """Break-even annual costs at which a proposal, within its own estimate, changes the ranking by cost per tonne.

    Yields the proposal, the cost in million USD a year, whether the pair is reversed above it, and the pair. No run is
    needed, because the gains do not change.
    """
    for pair in rankings.pairs:
        if pair.measure != "value" or not pair.distinct:
            continue
        gains = [rankings.gain("value", id)[0] for id in (pair.above, pair.below)]
        if not all(beyond_noise(gain) for gain in gains):
            continue
        above, below = (float(gain.mean()) for gain in gains)
        dear = rankings.yearly[pair.above].value * above / below
        cheap = rankings.yearly[pair.below].value * below / above
        if dear <= rankings.yearly[pair.above].high:
            yield pair.above, dear, True, pair
        if cheap >= rankings.yearly[pair.below].low:
            yield pair.below, cheap, False, pair
