"""Rules of the check as data: codes with a bad and a good file, from ``rules.yaml`` in this folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

FILE: Final = Path(__file__).with_name("rules.yaml")


@dataclass(frozen=True)
class Example:
    """A bad and a good text for one rule."""

    file: str
    """The table, the kind of document (``scenario.yaml``) or the option (``--set``)."""
    bad: str
    good: str
    good_file: str = ""
    """Name of the good file; '' if it is that of the bad one."""
    whole: bool = False
    """Whether the text is the whole file, and not some rows of it."""
    encoding: str = ""
    """Encoding of the bad file; '' is UTF-8."""
    also: Mapping[str, str] = field(default_factory=dict)
    """Rows of other tables that both texts need, by file."""
    remove: tuple[str, ...] = ()
    """Rows (``table.id``) that both texts do not have."""
    more_codes: tuple[str, ...] = ()
    """Other rules that the bad text always breaks, too."""


@cache
def examples() -> Mapping[str, Example]:
    """The examples by code, in the order of the rules."""
    return MappingProxyType({code: _example(**one) for code, one in _read()["examples"].items()})


@cache
def without_example() -> Mapping[str, str]:
    """The reason by code, for rules without an example."""
    return MappingProxyType(_read()["without_example"])


def codes() -> tuple[str, ...]:
    """Every code, by family."""
    known = [*examples(), *without_example()]
    families = list(dict.fromkeys(code.partition(".")[0] for code in known))
    return tuple(sorted(known, key=lambda code: families.index(code.partition(".")[0])))


def _example(remove: Sequence[str] = (), more_codes: Sequence[str] = (), **fields: Any) -> Example:
    return Example(remove=tuple(remove), more_codes=tuple(more_codes), **fields)


@cache
def _read() -> dict[str, Any]:
    import yaml

    made: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return made
