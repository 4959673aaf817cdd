"""What each guess does to the order of the top proposals: Morris to screen, Sobol for the few, a sweep to find where.

In: :class:`~.orders.Orders` and the outcomes of the stages in one port's world. Out: one :class:`Screened` a guess,
and for those looked at closely a :class:`Share` of variance and :class:`Tip` s.

Of a guess's bearing on the leads of all pairs the *threat* is kept: mu* of the lead (how far the lead moves, on
average over the other guesses, when this one goes over its whole range) over the lead itself as declared. From about
1 on the guess alone can make two proposals swap places. Pairs that have no order as declared cannot lose it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sim.studies.sensitivity.design import BASE, LEVELS, SWEPT, Point, matrix, problem
from sim.studies.sensitivity.rank_stability import CHANCE, Orders, Pair, beyond_chance
from sim.studies.sensitivity.responses import Array, Outcomes
from sim.studies.sensitivity.uncertain_inputs import Guess


@dataclass(frozen=True)
class Elementary:
    """Elementary effects of one guess on one figure, each over its whole range, in the unit of the figure."""

    mu_star: float
    """Mean of their sizes."""
    conf: float
    """Half the width of its 95 % interval, by bootstrap over trajectories."""
    sigma: float
    """Their standard deviation: what other guesses, or thresholds, make of the effect."""


@dataclass(frozen=True)
class Screened:
    """One guess in one port's world, after Morris."""

    port: str
    guess: Guess
    base: Elementary
    """On tonnes a day through the port without any proposal."""
    gain: Elementary
    """On the cargo gain that it moves most."""
    of: str
    """Which proposal's gain that is."""
    chance: float
    """How far that gain moves from run to run by chance alone."""
    threat: float
    pair: Pair | None
    """The pair that it threatens most; None if there is no pair."""
    flips: int
    """Steps of the guess that made any pair swap, beyond chance."""
    steps: int

    @property
    def key(self) -> tuple[str, str]:
        return (self.port, self.guess.id)


@dataclass(frozen=True)
class Share:
    """Sobol's indices of one guess for the lead of its pair: alone, and with all that it does together with others."""

    first: float
    first_conf: float
    total: float
    total_conf: float


@dataclass(frozen=True)
class Tip:
    """Where two proposals swap places as one guess moves away from its declared value, all others as declared."""

    pair: Pair
    share: float
    """Of the guess's range."""
    upwards: bool
    """They swap above that share, else below."""
    lead: float
    """At the end of the range beyond it: below 0."""


def screen(
    orders: Orders, port: str, guesses: Sequence[Guess], points: Sequence[Point], there: Outcomes, seed: int
) -> list[Screened]:
    """Every guess of a world, after a stage over trajectories of Morris (one replication)."""
    x = matrix(guesses, points)
    step = len(guesses) + 1
    pairs = [pair for pair in orders.pairs if pair.told_apart and _touches(pair, there)]
    leads = {pair: orders.lead(pair, port, there)[:, 0] for pair in pairs}
    whole = np.ones(len(points), bool)
    for figures in (*leads.values(), *(there.of("cargo", id)[:, 0] for id in there.proposals), there.base[:, 0]):
        whole &= ~np.isnan(figures)
    # A trajectory with a failed run tells nothing of its guesses.
    whole = np.repeat(whole.reshape(-1, step).all(axis=1), step)
    if not whole.any():
        return []
    x, leads = x[whole], {pair: lead[whole] for pair, lead in leads.items()}
    of_base = _elementary(guesses, x, there.base[whole, 0], seed)
    gains = {id: there.of("cargo", id)[whole, 0] for id in there.proposals}
    of_gain = {id: _elementary(guesses, x, gain, seed) for id, gain in gains.items()}
    of_lead = {pair: _elementary(guesses, x, lead, seed) for pair, lead in leads.items()}
    swaps = _swaps(x, leads)
    made = []
    for k, guess in enumerate(guesses):
        most = max(of_gain, key=lambda id: of_gain[id][k].mu_star, default=BASE)
        threats = {pair: found[k].mu_star / pair.lead for pair, found in of_lead.items()}
        worst = max(threats, key=lambda pair: threats[pair], default=None)
        declared = orders.declared[port].of("cargo", most)[0]
        made.append(
            Screened(
                port,
                guess,
                base=of_base[k],
                gain=of_gain[most][k] if most in of_gain else Elementary(0.0, 0.0, 0.0),
                of=most,
                chance=CHANCE * float(declared.std(ddof=1)) if declared.size > 1 else 0.0,
                threat=threats[worst] if worst else 0.0,
                pair=worst,
                flips=int(swaps[k]),
                steps=int(whole.sum()) // step,
            )
        )
    return made


def shares(
    orders: Orders, chosen: Sequence[Screened], guesses: Sequence[Guess], there: Outcomes, seed: int
) -> dict[tuple[str, str], Share]:
    """Sobol's indices of the chosen guesses of one world, after a stage over Saltelli's sample (one replication).

    Failed runs are taken as the mean of the others. A lead that nothing moves has no indices.
    """
    from SALib.analyze import sobol

    found = {}
    for k, one in enumerate(chosen):
        if one.pair is None:
            continue
        lead = orders.lead(one.pair, one.port, there)[:, 0]
        lead = np.where(np.isnan(lead), np.nanmean(lead), lead)
        if np.ptp(lead) == 0:
            continue
        made = sobol.analyze(problem(guesses), lead, calc_second_order=False, seed=seed + 1)
        found[one.key] = Share(*(float(made[name][k]) for name in ("S1", "S1_conf", "ST", "ST_conf")))
    return found


def tips(orders: Orders, port: str, guess: Guess, there: Outcomes, first: int) -> list[Tip]:
    """Where pairs swap along one guess; its points of :func:`.design.sweep` begin at ``first``.

    A pair counts if it is told apart as declared and is the other way round, beyond chance, at an end of the range.
    """
    found = []
    rows = slice(first, first + len(SWEPT))
    for pair in orders.pairs:
        if not pair.told_apart or not _touches(pair, there):
            continue
        leads = orders.lead(pair, port, there)[rows]
        means, errors = leads.mean(axis=1), _errors(leads)
        for upwards in (False, True):
            tip = _tip(pair, guess.declared, means, errors, upwards)
            if tip:
                found.append(tip)
    return sorted(found, key=lambda tip: (abs(tip.share - guess.declared), tip.pair.measure, tip.pair.above))


def _tip(pair: Pair, declared: float, means: Array, errors: Array, upwards: bool) -> Tip | None:
    """Walk from the declared value to one end; where the lead first falls below 0 for good is the tip."""
    levels = [(share, means[k], errors[k]) for k, share in enumerate(SWEPT) if (share > declared) == upwards]
    levels = sorted(levels, key=lambda level: level[0], reverse=not upwards)
    before, lead_before = declared, pair.lead
    for share, lead, _ in levels:
        if lead < 0:
            end, error = levels[-1][1:]
            if not end < -error:
                return None
            at = before + (share - before) * lead_before / (lead_before - lead)
            return Tip(pair, float(at), upwards, float(end))
        before, lead_before = share, float(lead)
    return None


def _errors(leads: Array) -> Array:
    """Within what the mean lead of each point lies by chance; 0 where one replication tells nothing of it."""
    runs = leads.shape[1]
    if runs < 2:
        return np.zeros(len(leads))
    return np.asarray(CHANCE * leads.std(axis=1, ddof=1) / np.sqrt(runs))


def _touches(pair: Pair, there: Outcomes) -> bool:
    return pair.above in there.proposals or pair.below in there.proposals


def _elementary(guesses: Sequence[Guess], x: Array, y: Array, seed: int) -> list[Elementary]:
    from SALib.analyze import morris

    made = morris.analyze(problem(guesses), x, y, num_levels=LEVELS, seed=seed + 1)
    columns = (np.ma.filled(made[name], 0.0) for name in ("mu_star", "mu_star_conf", "sigma"))
    return [Elementary(*(float(value) for value in row)) for row in zip(*columns, strict=True)]


def _swaps(x: Array, leads: dict[Pair, Array]) -> Array:
    """By guess how many of its steps made any pair swap, from one side of chance to the other; shape (guesses,)."""
    step = x.shape[1] + 1
    swapped = np.zeros(x.shape[1])
    moved = np.diff(x.reshape(-1, step, x.shape[1]), axis=1) != 0
    any_pair = np.zeros(moved.shape[:2], bool)
    for pair, lead in leads.items():
        side = np.where(lead > pair.room, 1, np.where(lead < -pair.room, -1, 0)).reshape(-1, step)
        any_pair |= side[:, 1:] * side[:, :-1] < 0
    swapped += (moved & any_pair[:, :, None]).sum(axis=(0, 1))
    return swapped


def cost_tips(orders: Orders) -> Iterator[tuple[str, float, bool, Pair]]:
    """Where a proposal's own cost, within its range, swaps two proposals by the cost of a tonne more.

    Proposal, its yearly cost in million USD at which they swap, whether above it they do, and the pair. No run is
    needed: the gains stay.
    """
    for pair in orders.pairs:
        if pair.measure != "value" or not pair.told_apart:
            continue
        gains = [orders.gain("value", id)[0] for id in (pair.above, pair.below)]
        if not all(beyond_chance(gain) for gain in gains):
            continue
        above, below = (float(gain.mean()) for gain in gains)
        dear = orders.yearly[pair.above].value * above / below
        cheap = orders.yearly[pair.below].value * below / above
        if dear <= orders.yearly[pair.above].high:
            yield pair.above, dear, True, pair
        if cheap >= orders.yearly[pair.below].low:
            yield pair.below, cheap, False, pair
