"""The warning about large benefit-cost ratios: one sentence that names all of them, wherever ratios are shown.

Input: ratios by the name of their demand scenario or budget. Output: the sentence, or a mark in a cell of a table.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sim.reports.number_format import NO_VALUE, figure
from sim.studies.appraisal import is_large
from sim.text.catalogue import Language, say

CODE: Final = "warning.large_ratio"


def ratio_warning(ratios: Iterable[tuple[str, float | None]], language: Language) -> str:
    """The warning about the ratios that only a queue gives, '' if there is none.

    A ratio of None is known to be large, but its value is not.
    """
    large = tuple(
        name if ratio is None else say("appraisal.ratio_of", language, name=name, ratio=figure(ratio, 2))
        for name, ratio in ratios
        if ratio is None or is_large(ratio)
    )
    return say(f"appraisal.{CODE}", language, n=len(large), ratios=large) if large else ""


def marked_ratio(ratio: float | None, language: Language) -> str:
    """A ratio in a table, with a mark if it is large."""
    if ratio is None:
        return NO_VALUE
    text = figure(ratio, 3)
    return say("appraisal.ratio_marked", language, ratio=text) if is_large(ratio) else text
