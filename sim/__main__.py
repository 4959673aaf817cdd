"""``bridgehead``, also ``python -m sim``: asks, shows, and turns what went wrong into words and an exit status.

Exit status: 0 done, 1 a run failed or was stopped, 2 the input is wrong. Each command is a module of :mod:`sim.cli`;
what it needs to compute is imported when it runs, so that asking for help is instant.
"""

from __future__ import annotations

import gc
import io
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

import sim
from corridors.findings import DataError
from corridors.network import NoRoute
from sim.cli import app as web_page
from sim.cli import (
    batch,
    bottlenecks,
    calibrate,
    check,
    compare,
    console,
    explain,
    horizons,
    new,
    performance,
    proposals,
    route,
    run,
    sensitivity,
    validate,
)
from sim.cli.failure import Failure
from sim.text.catalogue import sentence
from sim.text.cli import language, say

FAILED = 1
WRONG_INPUT = 2
INTERRUPTED = 130
"""What typer makes of Ctrl-C."""

app = typer.Typer(
    name="bridgehead",
    help="Open simulation of freight through China's northern land ports.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (
    run.run,
    batch.batch,
    compare.compare,
    bottlenecks.bottlenecks,
    sensitivity.sensitivity,
    calibrate.calibrate,
    performance.performance,
    horizons.horizons,
    check.check,
    explain.explain,
    proposals.proposals,
    route.route,
    new.new,
    validate.validate,
    web_page.app,
):
    app.command()(command)


def _tell_version(wanted: bool) -> None:
    if wanted:
        print(f"bridgehead {sim.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_tell_version, is_eager=True)
    ] = False,
) -> None:
    pass


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command line and return the exit status; wrong input is told without a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # A console that lacks a character must not end a run.
    try:
        app(args=arguments, prog_name="bridgehead")
    except DataError as error:
        console.findings(error.findings)
        return WRONG_INPUT
    except NoRoute as outcome:
        console.err().print(sentence(outcome.reason, language()))
        return FAILED
    except Failure as failure:
        console.err().print(str(failure))
        return FAILED
    except SystemExit as end:
        if end.code != INTERRUPTED:
            return int(end.code or 0)
        console.err().print(say("stopped"))
        return FAILED
    return 0


def program() -> int:
    """:func:`main` as a process of its own. A short run makes no garbage worth collecting: looking for it while all
    is imported, and once more at the end, would take a quarter of its time."""
    gc.set_threshold(100_000)
    try:
        return main()
    finally:
        gc.freeze()


if __name__ == "__main__":
    sys.exit(program())
