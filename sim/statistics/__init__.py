"""Statistics of simulation output: intervals, paired comparison, selection of the best, steady state.

Input: one number per replication of a figure of a scenario, or a figure over time. Output: intervals, p-values,
selections, verdicts. No function knows the model. Paired methods require common random numbers: entry ``i`` of two
samples must be of the same replication. Methods that need random numbers (bootstrap, probability of being best) take a
seed, and the same seed gives the same result (:mod:`.resampling`, the only module of the package that draws numbers).

====================  ===================================================================================
:mod:`.warmup`        end of the warm-up period (MSER-5)
:mod:`.stability`     growth rate of a series, and whether it grows without bound
:mod:`.intervals`     t interval of a mean, replications until precise enough
:mod:`.paired`        comparison of two scenarios with common random numbers; Holm's adjustment of p-values
:mod:`.selection`     best of many scenarios with a stated probability (Kim and Nelson)
:mod:`.allocation`    allocation of the next replications (OCBA); probability of being best
:mod:`.verdict`       better, worse, no relevant difference, not yet clear: as codes and messages
====================  ===================================================================================

Notation follows Law, A. M. (2015), *Simulation Modeling and Analysis*, 5th ed., McGraw-Hill.
"""

from sim.statistics.allocation import ocba, probability_best
from sim.statistics.intervals import (
    Interval,
    Precision,
    is_below,
    is_clear,
    mean_interval,
    nonnegative_interval,
    replications_for,
    replications_until,
)
from sim.statistics.paired import Paired, holm, paired_difference
from sim.statistics.selection import KimNelson, Selection
from sim.statistics.stability import Growing, Series, growing, growth_rate, weekly_growth
from sim.statistics.verdict import Verdict, judge
from sim.statistics.warmup import Warmup, mser5

__all__ = [
    "Growing",
    "Interval",
    "KimNelson",
    "Paired",
    "Precision",
    "Selection",
    "Series",
    "Verdict",
    "Warmup",
    "growing",
    "growth_rate",
    "holm",
    "is_below",
    "is_clear",
    "judge",
    "mean_interval",
    "mser5",
    "nonnegative_interval",
    "ocba",
    "paired_difference",
    "probability_best",
    "replications_for",
    "replications_until",
    "weekly_growth",
]
