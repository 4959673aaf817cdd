"""Question of a comparison: which scenario is best for one figure of one traffic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from sim.kpi.key_figures import ALL_CLASSES

OF_PORT: Final = "delivered_t_per_day"
"""The figure that is counted for all classes of a port together."""


@dataclass(frozen=True)
class Traffic:
    """One class of vehicles at one port, both directions."""

    port: str
    klass: str


class Question(NamedTuple):
    """A figure of a class of vehicles at a port; of cargo delivered that of the port, whatever the class."""

    port: str
    klass: str
    kpi: str

    @classmethod
    def of(cls, text: str) -> Question:
        """The question ``port.class.figure``; parts that are missing are ''."""
        port, _, rest = text.partition(".")
        klass, _, kpi = rest.partition(".")
        return cls(port, klass, kpi)

    @property
    def traffic(self) -> Traffic | None:
        """The traffic that it is about; None for all classes, or all ports, together."""
        return None if ALL_CLASSES in (self.port, self.klass) else Traffic(self.port, self.klass)

    @property
    def counted_class(self) -> str:
        """The class whose figure is compared."""
        return ALL_CLASSES if self.kpi == OF_PORT else self.klass

    def __str__(self) -> str:
        return f"{self.port}.{self.klass}.{self.kpi}"
