"""Calibration: assumed numbers, within their ranges, fitted to the facts that are declared for it.

In: the base year, its assumptions with their ranges, and the comparisons of ``data/validation`` whose role is ``fit``.
Facts whose role is ``test`` are read from the same runs and told, but nothing is fitted to them. Out: a
:class:`~.study.Calibration`: values with the spread of several fits that are nearly as good, and the fit before and
after; and a declared step that writes it into the data.

==================  ==============================================================================================
:mod:`.facts`       how far a run is from the facts
:mod:`.runs`        runs at points of the guesses, kept one file each, so that a stop loses nothing
:mod:`.fit`         the best points by a surrogate
:mod:`.study`       all of it: screen, sample, fit, confirm
:mod:`.record`      the result as data, and its way into the tables
==================  ==============================================================================================
"""

from sim.studies.calibration.study import CalibrationSettings, Calibration, calibrate

__all__ = ["Asked", "Calibration", "calibrate"]
