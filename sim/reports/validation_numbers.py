"""Numbers of a validation as text: significant digits, units, and the scale of a unit in a language."""

from __future__ import annotations

import math

from sim.text.catalogue import Language, say


def unit(language: Language, name: str) -> str:
    """A unit of a publication, such as ``1000 t/day``, in a language."""
    return say(f"validation.unit.{_key(name)}", language)


def scaled(language: Language, value: float, name: str) -> float:
    """A value in the unit of the language, for example Mt in units of ten thousand tonnes in Chinese."""
    return value * float(say(f"validation.scale.{_key(name)}", language))


def figure(value: float) -> str:
    """A number with three to four significant digits."""
    size = abs(value)
    digits = 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 10 else 3 if size >= 0.1 else 4
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def in_unit(language: Language, value: float, name: str) -> str:
    """A value in a unit of a publication as a number in the unit of the language; '' for NaN."""
    return "" if math.isnan(value) else figure(scaled(language, value, name))


def between(low: float, high: float, language: Language = "en") -> str:
    """An interval; empty if an end is infinite."""
    if math.isinf(low) or math.isinf(high):
        return ""
    return say("validation.interval_of", language, low=figure(low), high=figure(high))


def percent(share: float) -> str:
    """A relative deviation with its sign; less than half a percent has none."""
    text = f"{share:+.0%}"
    return "0%" if text in ("+0%", "-0%") else text


def _key(name: str) -> str:
    return name.lower().replace("/", "_per_").replace(" ", "_")
