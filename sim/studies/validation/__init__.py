"""Is it true? The model's figures beside the published record, fact by fact.

In: ``data/validation/comparisons.csv`` (which fact is compared with which figure of the model, and how near is near
enough), ``data/years`` (the world as it was in other years than the base year) and
``data/validation/experiments.yaml`` (changes that happened and were written about). Out: rows that say what was
published, what the model gives, with its interval, and why the two differ.

======================  =================================================================================
:mod:`.comparisons`     the comparisons as data
:mod:`.measures`        what a finished run gives for one of them
:mod:`.levels`          the base year and other years, run as often as asked for
:mod:`.record`          every comparison with its figures: what ``bridgehead validate`` tells
:mod:`.experiments`     natural experiments: the change that was published beside the change of the model
======================  =================================================================================
"""
