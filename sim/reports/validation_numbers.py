"""Numbers of a validation as text: significant digits, units, and the scale of a unit in a language."""

from __future__ import annotations

from sim.reports.number_format import NO_VALUE, is_value
from sim.text.catalogue import Language, say


def unit(language: Language, name: str) -> str:
    """A unit of a publication, such as ``1000 t/day``, in a language."""
    return say(f"validation.unit.{_key(name)}", language)


def scaled(language: Language, value: float, name: str) -> float:
    """A value in the unit of the language, for example Mt in units of ten thousand tonnes in Chinese."""
    return value * float(say(f"validation.scale.{_key(name)}", language))


def figure(value: float) -> str:
    """A number with three to four significant digits; a dash for none."""
    if not is_value(value):
        return NO_VALUE
    size = abs(value)
    digits = 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 10 else 3 if size >= 0.1 else 4
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def in_unit(language: Language, value: float, name: str) -> str:
    """A value in a unit of a publication as a number in the unit of the language."""
    return figure(scaled(language, value, name))


def between(low: float, high: float, language: Language = "en") -> str:
    """An interval; a dash if an end is infinite."""
    if not (is_value(low) and is_value(high)):
        return NO_VALUE
    return say("validation.interval_of", language, low=figure(low), high=figure(high))


def percent(share: float) -> str:
    """A relative deviation with its sign; less than half a percent has none."""
    if not is_value(share):
        return NO_VALUE
    text = f"{share:+.0%}"
    return "0%" if text in ("+0%", "-0%") else text


def _key(name: str) -> str:
    return name.lower().replace("/", "_per_").replace(" ", "_")
