"""Colours of traffic classes in drawings, apart for the colour-blind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

PALETTE: Final = (
    *("#7b4ea3", "#8c6d31", "#5a5a5a", "#e69f00", "#0072b2", "#9a9a9a"),
    *("#b3a369", "#56b4e9", "#cc79a7", "#009e73", "#d9c64a"),
)
"""Colours of the classes in the order of their ids."""


def class_colours(classes: Iterable[str]) -> dict[str, str]:
    """The colour of each class, by its position among all classes of a run."""
    return {klass: PALETTE[k % len(PALETTE)] for k, klass in enumerate(sorted(set(classes)))}
