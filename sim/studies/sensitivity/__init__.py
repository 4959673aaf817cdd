"""Which guesses could change the order of the top proposals, and what to go and measure.

In: the corridor with the ranges of its assumptions, its proposals, and ``guesses.csv``. Out: a
:class:`~.study.Sensitivity`, which terminals, JSON and reports only show. The same settings and seed give the same
answer.

==================  ==============================================================================================
:mod:`.guesses`     assumed numbers, those that belong together moved together
:mod:`.worlds`      the world of one port, with the guesses and proposals that reach it
:mod:`.design`      which points of the guesses to run
:mod:`.outcomes`    what proposals give at every point
:mod:`.orders`      the orders of the top proposals, and how far chance moves them
:mod:`.effects`     what each guess does to those orders: Morris, Sobol, and where two proposals swap places
:mod:`.study`       all of it, in stages that go on where they were stopped
==================  ==============================================================================================
"""

from sim.studies.sensitivity.design import Horizon
from sim.studies.sensitivity.study import Asked, Sensitivity, run_sensitivity
from sim.studies.sensitivity.uncertain_inputs import Guess, load_guesses

__all__ = ["Asked", "Guess", "Horizon", "Sensitivity", "load_guesses", "run_sensitivity"]
