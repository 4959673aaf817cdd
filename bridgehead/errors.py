"""Errors of the public interface, with sentences in English."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from pydantic import ValidationError

import corridors.findings
from corridors.findings import ERROR, Finding
from corridors.io.schema_errors import refusals_of
from corridors.io.system_problems import os_problem
from sim.core.run_settings import SettingError
from sim.text.catalogue import ENGLISH, say
from sim.text.findings import line
from sim.text.runs import reason_of

FUNCTIONS: Final = {"--set": "change()", "--scenario": "at()", "--proposal": "apply()", "experiment": "experiment()"}
"""Names of functions by those of the options with the same effect, in findings."""


class DataError(ValueError):
    """Input that cannot be used; ``findings`` holds every reason, the message lists them, one a line."""

    def __init__(self, findings: tuple[Finding, ...], message: str = "") -> None:
        self.findings = findings
        super().__init__(message or "\n".join(line(finding, ENGLISH) for finding in findings))


class EngineError(RuntimeError):
    """The requested engine is not available on this machine."""


class RunError(RuntimeError):
    """A run failed or its balance check failed; its figures are not valid."""


def in_english(key: str, /, **values: Any) -> str:
    """A sentence of the public interface."""
    return say(f"python.{key}", ENGLISH, **values)


@contextmanager
def in_words(where: str = "changes") -> Iterator[None]:
    """Raise errors of the packages below as those of this module; ``where`` is the argument that they are about."""
    try:
        yield
    except corridors.findings.DataError as error:
        raise DataError(tuple(_in_python(finding) for finding in error.findings)) from error
    except SettingError as error:
        raise DataError((), reason_of(error, ENGLISH)) from error
    except ValidationError as error:
        raise DataError(tuple(_findings(error, where))) from error


@contextmanager
def saving() -> Iterator[None]:
    """Raise DataError with the reason of the system for a file that cannot be written."""
    try:
        yield
    except OSError as error:
        raise DataError((), in_english("not_saved", why=os_problem(error))) from error


def _in_python(finding: Finding) -> Finding:
    """The finding under the name of the function, where the command line has an option."""
    return replace(finding, file=FUNCTIONS.get(finding.file, finding.file))


def _findings(error: ValidationError, argument: str) -> Iterator[Finding]:
    for problem in error.errors():
        where = ".".join(str(part) for part in problem["loc"])
        for one in refusals_of(problem, []):
            yield Finding(ERROR, argument, None, where, one.found, one.expected, one.nearest, one.message)
