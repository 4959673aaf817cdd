"""Sensitivity of the ranking of proposals to uncertain assumptions.

Input: a corridor with the ranges of its assumptions, its proposals, and ``uncertain_inputs.csv``. Output: a
:class:`~.study.Sensitivity`, which terminal, JSON and reports display. Equal settings and seeds give equal results.

=========================  ==========================================================================
:mod:`.uncertain_inputs`   assumed numbers in groups that move together
:mod:`.port_submodels`     the model of one port, with the inputs and proposals that affect it
:mod:`.design`             the points of the inputs at which the model runs
:mod:`.responses`          the gains of the proposals at every point
:mod:`.rank_stability`     rankings of the top proposals, and the sampling error of each lead
:mod:`.effects`            effect of each input on the rankings: Morris, Sobol, rank reversals
:mod:`.study`              the whole study, in stages that continue after an interruption
:mod:`.document`           the study as JSON
=========================  ==========================================================================
"""

from sim.studies.sensitivity.design import Horizon
from sim.studies.sensitivity.study import Sensitivity, SensitivitySettings, run_sensitivity
from sim.studies.sensitivity.uncertain_inputs import UncertainInput, load_uncertain_inputs

__all__ = [
    "Horizon",
    "Sensitivity",
    "SensitivitySettings",
    "UncertainInput",
    "load_uncertain_inputs",
    "run_sensitivity",
]
