"""The commands of the program by name; each is built when it is first needed.

A call of the program is about one of them, and the library needs longer to build all than to read the arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import typer
from typer.core import TyperCommand

from sim.cli import app as web_page
from sim.cli import (
    appraise,
    backtest,
    batch,
    bottlenecks,
    calibrate,
    check,
    compare,
    explain,
    fit,
    forecast,
    ids,
    mapping,
    new,
    open_file,
    performance,
    plan,
    port,
    proposals,
    resilience,
    route,
    run,
    saturation,
    sensitivity,
    state,
    validate,
    vehicle,
)
from sim.cli.command import Command, Group, with_shared_options

FUNCTIONS: Final = (
    run.run,
    batch.batch,
    compare.compare,
    bottlenecks.bottlenecks,
    vehicle.vehicle,
    port.port,
    sensitivity.sensitivity,
    calibrate.calibrate,
    performance.performance,
    saturation.saturation,
    appraise.appraise,
    plan.plan,
    resilience.resilience,
    check.check,
    explain.explain,
    proposals.proposals,
    ids.ids,
    route.route,
    new.new,
    mapping.mapping,
    fit.fit,
    state.state,
    forecast.forecast,
    backtest.backtest,
    validate.validate,
    web_page.app,
    open_file.open_file,
)
"""In the order of the help page."""
NAMES: Final = {"open_file": "open"}
"""Names of commands that are not those of their functions."""


class Commands(Mapping[str, TyperCommand]):
    """Functions as commands of the library, by name; what was built is kept."""

    def __init__(self, functions: Mapping[str, Callable[..., None]]) -> None:
        self._functions = functions
        self._built: dict[str, TyperCommand] = {}

    def __getitem__(self, name: str) -> TyperCommand:
        if name not in self._built:
            alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
            alone.command(name, cls=Command)(with_shared_options(self._functions[name]))
            self._built[name] = typer.main.get_command(alone)  # type: ignore[assignment]
        return self._built[name]

    def __contains__(self, name: object) -> bool:
        return name in self._functions

    def __iter__(self) -> Iterator[str]:
        return iter(self._functions)

    def __len__(self) -> int:
        return len(self._functions)


COMMANDS: Final = Commands({NAMES.get(one.__name__, one.__name__): one for one in FUNCTIONS})


class Program(Group):
    """The program with all its commands."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings | {"commands": COMMANDS})
