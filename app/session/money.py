"""What a visitor moved on the page Money, for each programme: works, opening years, costs, rate, prices, budget.

Input: widgets and the address (``with=opens.m04_line=2030``). Output: :class:`~sim.studies.appraisal.stored.Moved`.
Only what differs from the programme is kept and written into the address.
"""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from app import url_state
from app.language import language
from corridors.messages import message
from sim.reports.money import Unit, unit_of
from sim.studies.appraisal.stored import Moved, Study

PART: Final = "with"
"""Part of the address; it has one value for each number that was moved."""
KEPT: Final = "money_moved_"
OUT, OPENS, CAPITAL, PRICE, RATE, BUDGET = "out", "opens", "capital", "price", "rate", "budget"
KINDS: Final = (OUT, OPENS, CAPITAL, PRICE, RATE, BUDGET)
Key = tuple[str, str]
"""Kind, and id of the work or price; '' for the rate and the budget."""


class Settings:
    """The settings of one study in this session."""

    def __init__(self, study: Study, name: str) -> None:
        """``name`` is that of the programme, for the keys of widgets."""
        self.study, self.name = study, name
        self._values: dict[Key, float] = st.session_state.setdefault(KEPT + name, {})
        self._take_address()

    def get(self, kind: str, id: str, default: float) -> float:
        """The value of a setting."""
        return self._values.get((kind, id), default)

    def key(self, kind: str, id: str) -> str:
        """The key of the widget of a setting."""
        unit = self._factor(kind)
        return f"money_{self.name}_{kind}_{id}" + (f"_{unit:g}" if unit != 1 else "")

    @property
    def unit(self) -> Unit:
        """The unit of the sliders of budget and capital, by the size of the works and the language."""
        return unit_of((work.capital.value for work in self.study.works), language())

    def _factor(self, kind: str) -> float:
        """Factor from a setting to the unit of its slider."""
        return self.unit.scale if kind in (CAPITAL, BUDGET) else 1.0

    def widget(self, kind: str, id: str, default: float) -> dict[str, Any]:
        """Arguments of the widget of a setting: its key and what to do when it is moved."""
        return {"key": self.key(kind, id), "on_change": self._moved, "args": (kind, id, default)}

    def reset(self) -> None:
        """Return to the programme as its file has it."""
        for kind, id in self._values:
            st.session_state.pop(self.key(kind, id), None)
        self._values.clear()

    @property
    def is_moved(self) -> bool:
        """Whether anything but the budget differs from the programme."""
        return any(kind != BUDGET for kind, _ in self._values)

    def moved(self) -> Moved:
        """All that differs from the programme, whichever works the budget allows."""
        of = {kind: {id: value for (k, id), value in self._values.items() if k == kind} for kind in KINDS}
        works = frozenset(work.id for work in self.study.works if work.id not in of[OUT])
        opens = {id: round(value) for id, value in sorted(of[OPENS].items())}
        rate = next(iter(of[RATE].values()), None)
        return Moved(works, opens, dict(sorted(of[CAPITAL].items())), dict(sorted(of[PRICE].items())), rate)

    def write_address(self) -> None:
        """Write what was moved into the address."""
        texts = [f"{'.'.join(filter(None, key))}={value:.6g}" for key, value in sorted(self._values.items())]
        url_state.keep_several(PART, texts)

    def _take_address(self) -> None:
        asked = url_state.requested_texts(PART, self._read, message("address.with", "app_common"))
        if asked is not None:
            self.reset()
            self._values.update(asked)

    def _read(self, text: str) -> tuple[Key, float] | None:
        """A setting of the address; None for one that this programme does not have."""
        name, _, value = text.partition("=")
        kind, _, id = name.partition(".")
        works = {work.id for work in self.study.works}
        known = {OUT: works, OPENS: works, CAPITAL: works, PRICE: self.study.world.prices.rows.keys()}
        if id not in known.get(kind, {""}) or kind not in KINDS:
            return None
        try:
            number = float(value)
        except ValueError:
            return None
        return ((kind, id), number) if self._is_within(kind, id, number) else None

    def _is_within(self, kind: str, id: str, value: float) -> bool:
        low, high = self.bounds(kind, id)
        return low <= value <= high

    def bounds(self, kind: str, id: str) -> tuple[float, float]:
        """Lowest and highest value of a setting."""
        match kind:
            case "opens":
                work = next(one for one in self.study.works if one.id == id)
                return self.study.earliest(work), max(work.opens, self.study.last_year - 1)
            case "capital":
                work = next(one for one in self.study.works if one.id == id)
                return work.capital.low, work.capital.high
            case "price":
                price = self.study.world.prices.rows[id]
                return price.low, price.high
            case "rate":
                return 0.0, 0.2
            case "budget":
                return 0.0, sum(max(work.capital.high, work.capital.value) for work in self.study.works)
        return 0.0, 1.0

    def _moved(self, kind: str, id: str, default: float) -> None:
        value = st.session_state[self.key(kind, id)]
        if kind == OUT:
            value = float(not value)
        value /= 100 if kind == RATE else self._factor(kind)
        if abs(value - default) < TOLERANCE * max(1.0, abs(default)):
            self._values.pop((kind, id), None)
        else:
            self._values[kind, id] = float(value)


TOLERANCE: Final = 1e-9
