"""Analysis of simulation output: what replications say, and how surely. Knows no model, only numbers.

In come numbers per replication (one figure of one scenario, one number a replication) or a figure over time; out come
intervals, p-values, choices and words. Paired methods rely on common random numbers: entry ``i`` of two samples must
come from the same replication. Where chance is needed (bootstrap, probability of being best) a seed is given, and the
same seed gives the same answer (:mod:`.resampling`, the one place of the package that draws).

====================  ===================================================================================
:mod:`.warmup`        where the warm-up ends (MSER-5)
:mod:`.growth`        does a backlog settle or grow; steady mean, or growth rate instead of it
:mod:`.intervals`     t interval of a mean, bootstrap interval of a quantile, replications until precise enough
:mod:`.paired`        two scenarios on common random numbers; Holm's adjustment for many comparisons
:mod:`.selection`     the best of many scenarios with a stated probability (Kim and Nelson)
:mod:`.allocation`    where to spend the next replications (OCBA); probability of being best
:mod:`.verdict`       better, worse, no difference shown, cannot tell yet: in English and Chinese
====================  ===================================================================================

Notation follows Law, A. M. (2015), *Simulation Modeling and Analysis*, 5th ed., McGraw-Hill.
"""

from sim.statistics.allocation import ocba, probability_best
from sim.statistics.intervals import (
    Interval,
    Replications,
    mean_interval,
    quantile_interval,
    replications_for,
    replications_until,
    smallest_sample,
)
from sim.statistics.paired import Paired, holm, paired_difference, paired_quantile_difference
from sim.statistics.selection import KimNelson, Selection, select_best
from sim.statistics.stability import Growing, Series, Steady, assess, growth_rate
from sim.statistics.verdict import Verdict, Words, describe, judge
from sim.statistics.warmup import Warmup, mser5

__all__ = [
    "Growing",
    "Interval",
    "KimNelson",
    "Paired",
    "Replications",
    "Selection",
    "Series",
    "Steady",
    "Verdict",
    "Warmup",
    "Words",
    "assess",
    "describe",
    "growth_rate",
    "holm",
    "judge",
    "mean_interval",
    "mser5",
    "ocba",
    "paired_difference",
    "paired_quantile_difference",
    "probability_best",
    "quantile_interval",
    "replications_for",
    "replications_until",
    "select_best",
    "smallest_sample",
]
