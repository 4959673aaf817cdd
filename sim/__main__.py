"""The program ``bridgehead``, also ``python -m sim``.

Exit status: 0 done, 1 a run failed or was stopped, 2 the input is wrong. Each command is a module of :mod:`sim.cli`;
heavy imports are inside the functions that need them, so that ``--help`` is fast.
"""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

import sim
from corridors.findings import DataError
from corridors.io.system_problems import os_problem
from corridors.messages import MessageError
from corridors.network import NoRoute
from sim.cli import console, standard_streams, words
from sim.cli.command import usage_finding
from sim.cli.commands import Program
from sim.cli.failure import Failure
from sim.cli.last_resort import unexpected
from sim.cli.options import Tongue
from sim.core.freed_memory import OWN_PROCESS
from sim.text.catalogue import sentence
from sim.text.runs import reason_of

FAILED = 1
WRONG_INPUT = 2
INTERRUPTED = 130
"""Exit status of typer after Ctrl-C."""

app = typer.Typer(name="bridgehead", cls=Program, add_completion=False, pretty_exceptions_enable=False)


@app.callback(invoke_without_command=True)
def _program(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", is_eager=True)] = False,
    language: Tongue = None,
) -> None:
    if version:
        print(f"bridgehead {sim.__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        context.get_help()
        raise typer.Exit(WRONG_INPUT)


@cache
def _built() -> Any:
    """The program of the library, without its commands, which are built when they are needed."""
    return typer.main.get_command(app)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit status, without tracebacks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # A console that lacks a character must not end a run.
    words.use(words.ENGLISH)
    try:
        words.use(words.chosen(sys.argv[1:] if arguments is None else arguments, os.environ))
        status = _built()(args=arguments, prog_name="bridgehead", standalone_mode=False)
    except DataError as error:
        console.findings(error.findings)
        return WRONG_INPUT
    except TyperException as error:
        console.findings([usage_finding(error)])
        return WRONG_INPUT
    except NoRoute as outcome:
        console.err().print(sentence(outcome.reason, words.language()))
        return FAILED
    except MessageError as error:
        console.err().print(reason_of(error, words.language()))
        return FAILED
    except Failure as failure:
        console.err().print(str(failure))
        return FAILED
    except SystemExit as end:
        return int(end.code or 0)
    except Exception as error:
        console.err().print(unexpected(error, sys.argv[1:] if arguments is None else arguments))
        return FAILED
    if status != INTERRUPTED:
        return int(status or 0)
    console.err().print(words.say("stopped"))
    return FAILED


def program() -> int:
    """:func:`main` as a separate process, without garbage collection.

    A short run makes little garbage; collection during the imports and at the end would take a quarter of its time.
    """
    gc.set_threshold(400_000)
    OWN_PROCESS.set()
    out, _ = standard_streams.guard()
    try:
        status = main()
        out.flush()
        if out.failure is None:
            return status
        if isinstance(out.failure, BrokenPipeError):
            return status or standard_streams.BROKEN_PIPE
        console.err().print(words.say("output_lost", why=os_problem(out.failure)))
        return status or FAILED
    finally:
        gc.freeze()


if __name__ == "__main__":
    sys.exit(program())
