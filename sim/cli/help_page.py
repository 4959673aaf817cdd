"""Page of ``--help``; its texts are in room ``help`` of the catalogue."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from sim.cli.words import language
from sim.text import catalogue
from sim.text.catalogue import ENGLISH

if TYPE_CHECKING:
    from rich.console import Console

WORD: Final = re.compile(r"\b[A-Z]{2,}\b")
"""Placeholders of values, such as FILE in ``FILE.html``, are words of the catalogue."""
ARGUMENTS: Final = "arguments"
OPTIONS: Final = "options"
PANELS: Final = (ARGUMENTS, OPTIONS, "world", "run", "files")
"""Ids of the panels of parameters, in the order of the page."""


def show(command: Any, context: Any) -> None:
    """Print the help page of a command or of the whole program."""
    from rich.console import Console
    from rich.padding import Padding

    out = Console(highlight=False, markup=False, emoji=False)
    out.print()
    out.print(f" {usage(command, context)}", style="bold")
    out.print()
    for text in about(command.name or "bridgehead"):
        out.print(Padding(text, (0, 1, 1, 1)))
    panels: dict[str, list[Any]] = {panel: [] for panel in PANELS}
    for one in command.get_params(context):
        given = one.rich_help_panel or (OPTIONS if one.param_type_name == "option" else ARGUMENTS)
        panels[given].append(one)
    for panel, parameters in panels.items():
        if parameters:
            _show_panel(out, panel, [_row(command.name, one) for one in parameters])
    if commands := getattr(command, "commands", {}):
        _show_panel(out, "commands", [(name, about(name)[0]) for name in commands])


def usage(command: Any, context: Any) -> str:
    """The line that shows how to call a command."""
    pieces = [context.command_path, say("metavar.options")]
    for one in command.get_params(context):
        if one.param_type_name == "argument":
            pieces.append(placeholder(one.metavar))
    if hasattr(command, "commands"):
        pieces.append(say("metavar.command_and_arguments"))
    return say("frame.usage", call=" ".join(pieces))


def about(name: str) -> list[str]:
    """The paragraphs about a command, or about the program; the first one is the summary."""
    keys = [f"command.{name}", *(key for key in (f"about.{name}",) if catalogue.has(f"help.{key}", ENGLISH))]
    return [say(key) for key in keys]


def text_of(command: str | None, parameter: Any) -> tuple[str, str]:
    """The sentence about an option or argument, and its default or ''.

    A default that the program finds out has a message ``<id of the sentence>_default``.
    """
    default = ""
    if parameter.default is not None and not getattr(parameter, "is_flag", False):
        default = str(parameter.default)
    for key in (f"{command}.{parameter.name}", f"option.{parameter.name}"):
        if catalogue.has(f"help.{key}", ENGLISH):
            worded = f"{key}_default"
            return say(key), say(worded) if not default and catalogue.has(f"help.{worded}", ENGLISH) else default
    return str(parameter.help or ""), default


def placeholder(text: str | None) -> str:
    """The placeholder of a value, its words in the language in use."""
    return WORD.sub(lambda found: say(f"metavar.{found[0].lower()}"), text or "")


def say(key: str, /, **values: Any) -> str:
    """A message of room ``help``."""
    return catalogue.say(f"help.{key}", language(), **values)


def _row(command: str | None, one: Any) -> tuple[str, str, str]:
    """Names, placeholder, and the sentence with range and default."""
    option = one.param_type_name == "option"
    names = ", ".join(one.opts) if option else placeholder(one.metavar)
    text, default = text_of(command, one)
    notes = [text]
    if one.max is not None:
        notes.append(say("frame.between", low=one.min, high=one.max))
    elif one.min is not None and one.min > 1:
        notes.append(say("frame.at_least", low=one.min))
    if one.name == "language":
        partly = tuple(name for name in catalogue.languages() if name not in catalogue.complete_languages())
        notes += [say("frame.incomplete", languages=partly)] if partly else []
    if default:
        notes.append(say("frame.default", value=default))
    if one.required:
        notes.append(say("frame.required"))
    return names, placeholder(one.metavar) if option and not one.is_flag else "", " ".join(notes)


def _show_panel(out: Console, panel: str, rows: Sequence[tuple[str, ...]]) -> None:
    from rich.panel import Panel
    from rich.table import Table

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False, expand=True)
    for column in range(len(rows[0])):
        last = column == len(rows[0]) - 1
        table.add_column(
            style=None if last else "bold cyan" if column == 0 else "yellow",
            ratio=1 if last else None,
            no_wrap=column == 0,
            overflow="fold",
        )
    for row in rows:
        table.add_row(*row)
    out.print(Panel(table, title=say(f"panel.{panel}"), title_align="left", border_style="dim"))
