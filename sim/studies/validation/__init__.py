"""Validation: figures of the model compared with published figures, one by one.

Input: ``data/validation/comparisons.csv`` (the published figure, the figure of the model and the tolerance),
``data/years`` (past states other than the base year) and ``data/validation/experiments.yaml`` (published changes of the
past). Output: rows with the published figure, that of the model with its confidence interval, and the reason of a
difference.

========================  ===============================================================================
:mod:`.comparisons`       the comparisons as data
:mod:`.measured_run`      one run with only what the measures read
:mod:`.not_compared`      published figures that are not compared, with reasons
:mod:`.measures`          figures that a finished run gives for a comparison
:mod:`.levels`            replicated runs of the base year and other years
:mod:`.naive`             naive forecasts: the figure of an earlier year in place of the year of the comparison
:mod:`.compared_figure`   one comparison with the figure of the model and those of naive forecasts
:mod:`.scores`            shares of figures that agree, median differences, comparison with naive forecasts
:mod:`.record`            every comparison with its figures, the result of ``bridgehead validate``
:mod:`.experiments`       natural experiments: the published change compared with the change of the model
========================  ===============================================================================
"""
