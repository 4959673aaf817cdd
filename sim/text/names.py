"""Names of things in English or Chinese.

Reports and charts show names, never ids. A name that the corridor does not know is shown as its id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from corridors.model import Corridor
from sim.core.wait_causes import CAUSES

Language = Literal["en", "zh"]

DIRECTIONS = {"outbound": ("outbound", "出境"), "inbound": ("inbound", "进境"), "": ("", "")}
SIDES = {
    "both": ("both sides", "两侧合计"),
    "cn": ("Chinese side", "中方"),
    "foreign": ("far side", "外方"),
    "": ("", ""),
}
SHORT_SIDES = {"cn": (" (CN)", "（中方）"), "foreign": (" (far side)", "（外方）"), "": ("", "")}
TOLD_SIDES = ("方）",)
"""How a name ends that tells its side itself: Mongolian, Russian, Chinese."""
UNITS = {
    "1/d": ("a day", "每日"),
    "TEU/d": ("TEU a day", "TEU/日"),
    "t/d": ("t a day", "吨/日"),
    "h": ("h", "小时"),
    "vehicles": ("vehicles", "车(列)"),
    "USD/t": ("USD/t", "美元/吨"),
    "kg/t": ("kg/t", "千克/吨"),
    "deg": ("deg", "度"),
    "km": ("km", "公里"),
    "km/h": ("km/h", "公里/小时"),
    "per day": ("per day", "每日"),
    "min": ("min", "分钟"),
    "days": ("days", "天"),
    "TEU": ("TEU", "TEU"),
    "t": ("t", "吨"),
    "USD": ("USD", "美元"),
    "USD/h": ("USD/h", "美元/小时"),
    "USD/(t km)": ("USD/(t km)", "美元/吨公里"),
    "g/(t km)": ("g/(t km)", "克/吨公里"),
    "kg/h": ("kg/h", "千克/小时"),
}
"""Of key figures, and of the columns of the tables."""
CHINESE_WEEKDAYS = {
    "daily": "每日",
    "mon": "周一",
    "tue": "周二",
    "wed": "周三",
    "thu": "周四",
    "fri": "周五",
    "sat": "周六",
    "sun": "周日",
}
"""Week days as tables write them."""
ALL_CLASSES = ("all vehicles", "全部")


@dataclass(frozen=True)
class Names:
    """Names in one language. Every method takes an id and returns what people read."""

    language: Language = "en"
    ports: Mapping[str, str] = field(default_factory=dict)
    classes: Mapping[str, str] = field(default_factory=dict)
    vehicles: Mapping[str, str] = field(default_factory=dict)
    """What one vehicle of a class is called: train, truck."""
    things: Mapping[str, str] = field(default_factory=dict)
    """Facilities, stocks, links, places."""

    @staticmethod
    def of(corridor: Corridor, language: Language = "en") -> Names:
        """The names that a corridor declares."""
        tables = (corridor.places, corridor.links, corridor.stocks, corridor.facilities)
        things = {row.id: getattr(row, f"name_{language}") for table in tables for row in table.values()}
        back = "{}（反向）" if language == "zh" else "{}, reverse direction"
        things |= {f"{link}.back": back.format(things[link]) for link in corridor.links}
        return Names(
            language,
            {row.id: getattr(row, f"name_{language}") for row in corridor.ports.values()},
            {row.id: getattr(row, f"name_{language}") for row in corridor.classes.values()},
            {row.id: getattr(row, f"vehicle_{language}") for row in corridor.classes.values()},
            things,
        )

    def with_added(self, changes: Iterable[Mapping[str, Any]]) -> Names:
        """Also the names of the rows that changes (as plain values) add: what only a scenario's world has."""
        ports, classes, vehicles, things = ({**own} for own in (self.ports, self.classes, self.vehicles, self.things))
        for change in changes:
            table, _, id = change["address"].partition(".")
            row = change.get("row") or {}
            if name := row.get(f"name_{self.language}"):
                {"ports": ports, "classes": classes}.get(table, things).setdefault(id, name)
            if vehicle := row.get(f"vehicle_{self.language}"):
                vehicles.setdefault(id, vehicle)
        return replace(self, ports=ports, classes=classes, vehicles=vehicles, things=things)

    def pick(self, pair: tuple[str, str]) -> str:
        """Of (English, Chinese) the one in this language."""
        return pair[1] if self.language == "zh" else pair[0]

    def port(self, id: str) -> str:
        return self.ports.get(id, id)

    def klass(self, id: str) -> str:
        return self.pick(ALL_CLASSES) if id == "all" else self.classes.get(id, id)

    def thing(self, id: str) -> str:
        return self.things.get(id, id)

    def direction(self, id: str) -> str:
        return self.pick(DIRECTIONS[id])

    def side(self, id: str) -> str:
        return self.pick(SIDES[id])

    def thing_on(self, id: str, side: str) -> str:
        """A thing with its side in brackets, to tell things of the same name apart."""
        name = self.thing(id)
        return name if name.endswith(TOLD_SIDES) else f"{name}{self.pick(SHORT_SIDES[side])}"

    def group(self, klass: str, direction: str) -> str:
        """A class in one direction."""
        name, way = self.klass(klass), self.direction(direction)
        return self.bracketed(name, way) if self.language == "zh" else f"{name}, {way}"

    def vehicle(self, klass: str) -> str:
        """What one vehicle of a class is called."""
        return self.vehicles.get(klass, klass)

    def unit(self, id: str) -> str:
        """The unit of a KPI or of a column; '' for that of a plain number."""
        return self.pick(UNITS[id]) if id else ""

    def with_unit(self, name: str, unit: str) -> str:
        """A heading with its unit in brackets, if it has one."""
        return self.bracketed(name, self.unit(unit)) if unit else name

    def bracketed(self, name: str, more: str) -> str:
        """A name with more in brackets behind it."""
        return name + self.pick((" ({})", "（{}）")).format(more)

    def measured(self, value: str, unit: str) -> str:
        """A figure with its unit."""
        return f"{value}{self.unit(unit)}" if self.language == "zh" else f"{value} {self.unit(unit)}".strip()

    def weekdays(self, text: str) -> str:
        """Week days as tables have them, ``Mon-Sat`` or ``Mon;Thu``."""
        parts = [[day.strip() for day in part.split("-")] for part in text.split(";")]
        if self.language == "en":
            return ", ".join("-".join(days) for days in parts)
        return "、".join("至".join(CHINESE_WEEKDAYS.get(day.lower(), day) for day in days) for days in parts)

    def labelled(self, name: str, told: str) -> str:
        """What is said of a thing, after its name and a colon."""
        return f"{name}{self.pick((': ', '：'))}{told}"

    def cause(self, id: str) -> str:
        return self.pick(CAUSES[id]) if id in CAUSES else id
