"""Commands: shared options, help page, wrong usage as findings."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import MISSING, fields, is_dataclass, replace
from typing import Any, Final, get_type_hints

from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from corridors.findings import ERROR, DataError, Finding, nearest
from corridors.io.other_forms import days_meant, expected_and_meant
from corridors.io.system_problems import library_problem
from corridors.messages import Message, Text
from sim.cli import help_page, inputs
from sim.cli.options import Tongue
from sim.cli.words import text, wrong
from sim.experiments.staying import workers_that_stay

MAP: Final = "--map"
"""The option with the map of a log."""


def with_shared_options(function: Callable[..., None]) -> Callable[..., None]:
    """The function as a command with its shared options and ``--language``.

    A parameter that is a dataclass of :mod:`sim.cli.options` becomes one option a field. The language is set before the
    command is called, so the function does not take it.
    """
    hints = get_type_hints(function, include_extras=True)
    shared: dict[str, type[Any]] = {}
    parameters: list[inspect.Parameter] = []
    for name, parameter in inspect.signature(function).parameters.items():
        if isinstance(hints[name], type) and is_dataclass(hints[name]):
            shared[name] = hints[name]
            parameters += _fields(hints[name])
        else:
            parameters.append(parameter.replace(annotation=hints[name], kind=inspect.Parameter.KEYWORD_ONLY))
    parameters.append(inspect.Parameter("language", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Tongue))

    def command(**values: Any) -> None:
        del values["language"]
        inputs.use(values)
        for name, kind in shared.items():
            values[name] = kind(**{field.name: values.pop(field.name) for field in fields(kind)})
        with inputs.folders_only_for_files(), workers_that_stay():
            function(**values)

    command.__name__, command.__doc__ = function.__name__, function.__doc__
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {one.name: one.annotation for one in parameters}
    return command


def _fields(kind: type[Any]) -> list[inspect.Parameter]:
    hints = get_type_hints(kind, include_extras=True)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.default is MISSING else field.default,
            annotation=hints[field.name],
        )
        for field in fields(kind)
    ]


@contextmanager
def _in_context(ctx: Any) -> Iterator[None]:
    """Give exceptions of wrong usage the context of the command."""
    try:
        yield
    except TyperException as error:
        if getattr(error, "ctx", None) is None:
            error.ctx = ctx  # type: ignore[attr-defined]
        raise


def _refuse_empty(parameters: Sequence[Any], arguments: Iterable[str]) -> None:
    """Raise DataError for values without a character; a path of that form would be the present folder."""
    valued = {name for one in parameters for name in one.opts if name.startswith("-") and not one.is_flag}
    places = [one.metavar for one in parameters if one.param_type_name == "argument"] or ["bridgehead"]
    position, only_arguments = 0, False
    found: dict[str, None] = {}
    words = iter(arguments)
    for word in words:
        option, equals, value = word.partition("=")
        if word == "--" and not only_arguments:
            only_arguments = True
        elif only_arguments or not word.startswith("-"):
            if not word.strip():
                found[places[min(position, len(places) - 1)]] = None
            position += 1
        elif word in valued:
            found |= {} if next(words, "none").strip() else {word: None}
        elif equals and option in valued and not value.strip():
            found[option] = None
    if found:
        what, expected = text("usage.empty"), text("usage.some_value")
        raise DataError([Finding(ERROR, one, None, "", "", expected, message=what) for one in found])


def _before_command(arguments: Sequence[str]) -> Iterator[str]:
    """The arguments of the program itself, before the name of a command."""
    value_of_option = False
    for word in arguments:
        if word.strip() and not word.startswith("-") and not value_of_option:
            return
        value_of_option = word.startswith("--") and "=" not in word
        yield word


def _without(arguments: Sequence[str], error: Exception) -> list[str]:
    """The arguments without the option that an error is about, and without its values where it takes one."""
    parameter = getattr(error, "param", None)
    if parameter is None:
        named, valued = {getattr(error, "option_name", "")}, False
    elif parameter.param_type_name == "option":
        named, valued = {*parameter.opts, *parameter.secondary_opts}, not parameter.is_flag
    else:
        return list(arguments)
    kept: list[str] = []
    words = iter(arguments)
    for word in words:
        if word.partition("=")[0] not in named:
            kept.append(word)
        elif valued and word in named:
            next(words, None)
    return kept


ALIASES: Final = {"horizons": "saturation"}
"""Former names of commands, which still call them."""


class Command(TyperCommand):
    """A command whose help is in the catalogue."""

    allow_extra_args = True
    """Extra arguments are refused by :meth:`parse_args`."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help page from the catalogue."""
        help_page.show(self, ctx)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments; raises DataError with wrong usage as findings."""
        _refuse_empty(self.get_params(ctx), args)
        found: list[Finding] = []
        while True:
            try:
                with _in_context(ctx):
                    rest = super().parse_args(ctx, list(args))
                break
            except TyperException as error:
                missing = hasattr(error, "param_type")
                if not (missing and found):  # What is missing may have been behind a word that was refused.
                    found.append(usage_finding(error))
                fewer = [] if missing else _without(args, error)
                if missing or len(fewer) == len(args):
                    raise DataError(found) from error
                args = fewer
        if found:
            raise DataError(found)
        if rest and not ctx.resilient_parsing:
            raise DataError([wrong(ctx.command_path, word, "usage.no_more") for word in rest])
        return rest


class Group(TyperGroup):
    """The program: its commands, with help from the catalogue."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help page from the catalogue."""
        help_page.show(self, ctx)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments; raises DataError with wrong usage as findings."""
        _refuse_empty(self.get_params(ctx), _before_command(args))
        with _in_context(ctx):
            return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command; an unknown name raises DataError with the nearest one."""
        name = ALIASES.get(args[0], args[0])
        if name not in self.commands:
            finding = wrong(ctx.command_path, name, "usage.command")
            raise DataError([replace(finding, nearest=nearest(name, self.commands))])
        return super().resolve_command(ctx, [name, *args[1:]])


def usage_finding(error: Exception) -> Finding:
    """The finding for an exception of the command line library.

    The exceptions are known by their attributes, as most of their classes are private; an unknown one keeps the
    library's own sentence.
    """
    parameter, option = getattr(error, "param", None), getattr(error, "option_name", "")
    if parameter is not None:
        where = parameter.opts[0] if parameter.param_type_name == "option" else parameter.metavar
        expected = _expected(parameter)
        if hasattr(error, "param_type"):  # The value is missing.
            return Finding(ERROR, where, None, "", "", expected, message=text("usage.missing"))
        found, close = _found(error), ""
        if parameter.metavar == "DATE" and isinstance(expected, Message):
            expected, close = expected_and_meant(expected, days_meant(found))
        return Finding(ERROR, where, None, "", found, expected, close, code="usage.value")
    if hasattr(error, "possibilities"):
        known = [name for one in _parameters(error) for name in one.opts]
        return Finding(ERROR, option, None, "", "", "", nearest(option, known), text("usage.no_such_option"))
    if option:
        flag = any(option in one.opts and one.is_flag for one in _parameters(error))
        return wrong(option, "", "usage.no_value" if flag else "usage.a_value")
    what = library_problem("Typer", str(error))
    return Finding(ERROR, "bridgehead", None, "", "", "", message=what, code="usage.other")


def _parameters(error: Exception) -> list[Any]:
    """The parameters of the command that the error is about."""
    context = getattr(error, "ctx", None)
    return list(context.command.get_params(context)) if context else []


def _found(error: Exception) -> str:
    """The value that the user gave."""
    details: list[dict[str, Any]] = getattr(error.__cause__, "errors", list)()
    return str(details[0].get("input", "")) if details else ""


def _expected(parameter: Any) -> Text:
    """The values that a parameter takes."""
    kind = parameter.metavar or ""
    if parameter.min is not None and parameter.max is not None:
        return text("usage.whole_number_between", low=parameter.min, high=parameter.max)
    if parameter.min is not None:
        return text("usage.whole_number_from", low=parameter.min)
    if "|" in kind and kind.islower():
        return text("option.one_of", values=tuple(kind.split("|")))
    if parameter.opts[0] == MAP:
        return text("usage.map")
    return {"DATE": text("usage.date"), "YEAR": text("usage.year"), "PERCENT": text("option.percentage")}.get(kind, "")
