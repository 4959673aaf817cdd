"""Money by what it is paid for, and put on the units in which ministries compare it."""

from __future__ import annotations

from dataclasses import dataclass

CPMM_T = 20.0
"""The cargo of CPMM: one lorry, or about one container, of 20 t."""
CPMM_KM = 500.0
"""The length over which CPMM tells the cost of a section."""


@dataclass(frozen=True)
class Cost:
    """USD of one vehicle with its load, as key figure ``cost_usd_per_t`` counts them."""

    haulage_usd: float = 0.0
    """Of links, by the tonne-kilometre; covers the empty return."""
    handling_usd: float = 0.0
    """Charges of facilities: transshipment, gates."""
    waiting_usd: float = 0.0
    """Hours of waiting at the price of the class."""

    @property
    def usd(self) -> float:
        return self.haulage_usd + self.handling_usd + self.waiting_usd

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.haulage_usd + other.haulage_usd,
            self.handling_usd + other.handling_usd,
            self.waiting_usd + other.waiting_usd,
        )

    def rates(self, load_t: float, load_teu: float) -> dict[str, float | None]:
        """The same in all and per tonne, per TEU and per 20 t; None without such a load."""
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
    """km/h; None where nothing moves."""
    return km / hours if km > 0 and hours > 0 else None
