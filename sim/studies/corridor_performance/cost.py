"""Transport cost by component, and its rates in the units of CPMM."""

from __future__ import annotations

from dataclasses import dataclass

CPMM_T = 20.0
"""Reference cargo of CPMM: one truck, or about one container, of 20 t."""
CPMM_KM = 500.0
"""Reference length of CPMM for the cost of a section, km."""


@dataclass(frozen=True)
class TransportCost:
    """USD for one vehicle with its load, with the components of key figure ``cost_usd_per_t``."""

    haulage_usd: float = 0.0
    """Freight cost of links, per tonne-kilometre; includes the empty return."""
    handling_usd: float = 0.0
    """Handling charges of facilities: transshipment, gates."""
    waiting_usd: float = 0.0
    """Hours of waiting at the price of the traffic class."""

    @property
    def usd(self) -> float:
        """Sum of all components, USD."""
        return self.haulage_usd + self.handling_usd + self.waiting_usd

    def __add__(self, other: TransportCost) -> TransportCost:
        return TransportCost(
            self.haulage_usd + other.haulage_usd,
            self.handling_usd + other.handling_usd,
            self.waiting_usd + other.waiting_usd,
        )

    def rates(self, load_t: float, load_teu: float) -> dict[str, float | None]:
        """Total, and per tonne, TEU and 20 t; None without such a load."""
        return {
            "usd": self.usd,
            "usd_per_t": self.usd / load_t if load_t else None,
            "usd_per_teu": self.usd / load_teu if load_teu else None,
            "usd_per_20_t": self.usd / load_t * CPMM_T if load_t else None,
        }

    def per_500_km(self, km: float, load_t: float) -> float | None:
        """USD per 500 km and 20 t, the third indicator of CPMM; None without a distance or a load."""
        return self.usd / load_t * CPMM_T / km * CPMM_KM if km and load_t else None


def speed(km: float, hours: float) -> float | None:
    """Speed in km/h; None without distance or time."""
    return km / hours if km > 0 and hours > 0 else None
