"""Calibration: fit assumed numbers, within their ranges, to the published figures declared for it.

Input: the base year, its assumptions with their ranges, and the comparisons of ``data/validation`` with the role
``fit``. Comparisons with the role ``test`` are read from the same runs and reported, but never fitted. Output: a
:class:`~.study.Calibration` with values, their spread over several nearly equal fits, and the fit before and after; a
separate step writes the values into the data.

==============  =================================================================
:mod:`.facts`   residuals of a run against the published figures, and the loss
:mod:`.runs`    runs at points of the inputs, one file each, kept after a stop
:mod:`.fit`     the best points, by surrogate functions
:mod:`.study`   the whole calibration: screen, sample, fit, confirm
:mod:`.record`  the result as data, and the step that writes it into the tables
==============  =================================================================
"""

from sim.studies.calibration.study import Calibration, CalibrationSettings, calibrate

__all__ = ["Calibration", "CalibrationSettings", "calibrate"]
