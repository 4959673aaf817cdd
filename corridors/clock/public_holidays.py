"""The days of public holidays, by the ``holidays`` library; kept in files, as it takes long to load."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from importlib.util import find_spec, module_from_spec
from threading import Lock
from typing import Final

from corridors.io.kept_files import code_of, keep_text, kept_file, kept_text, version_of

MOST_YEARS: Final = 256
"""Years with their public holidays that are kept, of all countries."""
_LOADING: Final = Lock()


@lru_cache
def holiday_days(country: str, name: str, year: int) -> frozenset[date]:
    """The days of a year with a public holiday named ``name``, in part.

    A border shuts on the day itself: a day off that an office takes instead, "(observed)", counts only if ``name``
    asks for it, and a working weekend that makes up for a holiday is none. Raises ValueError for a country that the
    ``holidays`` library does not know; a holiday that it does not know has no days (closures give the dates then).
    """
    known = _public_holidays(country, year)
    return frozenset(day for day, names in known.items() if any(_asked(name, one) for one in names.split("; ")))


@lru_cache
def _public_holidays(country: str, year: int) -> Mapping[date, str]:
    """The names of the public holidays of a year by day; kept, as the library takes longer to load than a world."""
    key = f"{version_of('holidays')} {code_of(__file__)} {country} {year}"
    file = kept_file("holidays", key.encode())
    if file and (text := kept_text(file)) is not None:
        return {date.fromisoformat(day): names for day, names in json.loads(text).items()}
    import holidays

    try:
        _load(country)
        days = holidays.country_holidays(country, years=year, language="en_US")
    except NotImplementedError:
        raise ValueError(f"'{country}' is no country whose public holidays are known; write CN, MN or RU") from None
    known = {day: names for day, names in days.items() if day.year == year}
    if file:
        keep_text(file, json.dumps({day.isoformat(): names for day, names in known.items()}).encode(), MOST_YEARS)
    return known


@lru_cache
def _load(country: str) -> None:
    """Let the library load one country by itself.

    Its package of countries would first load all 250 of them, which takes longer than to read and check a corridor;
    so an empty package takes its place meanwhile.
    """
    import holidays

    name = f"{holidays.__name__}.countries"
    with _LOADING:
        package = find_spec(name)
        if package and name not in sys.modules:
            sys.modules[name] = module_from_spec(package)
            try:
                holidays.country_holidays(country)
            finally:
                del sys.modules[name]


def _asked(part: str, name: str) -> bool:
    part, name = part.lower(), name.lower()
    return part in name and ("observed" in part or "(observed)" not in name)
