"""``bridgehead explain``: rules of the check, each with a bad and a good example and the way to mend it."""

from __future__ import annotations

from typing import Annotated

import typer

from corridors.findings import ERROR, DataError, Finding
from corridors.messages import message
from sim.cli import console
from sim.cli.options import Speak
from sim.text import cli


def explain(
    code: Annotated[
        str | None, typer.Argument(metavar="[CODE]", help="Code of a finding, as check --json has it; all if left out.")
    ] = None,
    language: Speak = "en",
) -> None:
    """Explain a rule of the check: its meaning, a bad and a good example, and the way to mend it."""
    from sim.text.rules import codes, page, sentence_of, title

    cli.use(language)
    out = console.out()
    if code is None:
        for one in codes():
            out.print(f"{one}: {title(one, language)}")
    elif code in codes():
        out.print(page(code, language))
    elif code in of_runs():
        out.print(f"{code}: {sentence_of(code, language, 'runs')}")
    else:
        raise DataError([_unknown(code)])


def of_runs() -> tuple[str, ...]:
    """Codes of findings about runs, experiments and results, which have a sentence and no page."""
    from sim.cli.check import NO_RULES
    from sim.text.catalogue import ids

    return tuple(code for code in ids("runs") if code.partition(".")[0] not in NO_RULES and "." in code)


def _unknown(code: str) -> Finding:
    from difflib import get_close_matches

    from sim.text.rules import codes

    close = ", ".join(get_close_matches(code, [*codes(), *of_runs()]))
    what, expected = message("check.unknown_code", "runs"), message("want.code", "runs", example="cell.not_integer")
    return Finding(ERROR, "CODE", None, "", code, expected, close, what)
