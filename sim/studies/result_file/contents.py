"""What a file of results may contain: its members, the head, and the limits of both."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from corridors.findings import ERROR, Finding
from corridors.io.characters import in_one_line
from corridors.io.document import Document
from corridors.messages import InvalidValueError, Message, Text, message
from sim.core.kpi_declarations import KPIS
from sim.experiments.result_schema import KINDS

ENDING: Final = ".bridgehead"
"""How the name of a file of results ends."""
FORMAT: Final = 1
PROGRAMME_FORMAT: Final = 2
"""Of files of appraisals and plans."""
HEAD, MANIFEST, EXPERIMENT, BRIEF = "bridgehead.json", "manifest.json", "experiment.yaml", "brief.html"
APPRAISED, PLANNED, FLOWS = "appraisal.json", "plan.json", "flows.csv"
TABLES: Final = {f"tables/{kind}.csv": kind for kind in KINDS}
MEMBERS: Final = (HEAD, MANIFEST, EXPERIMENT, BRIEF, APPRAISED, PLANNED, FLOWS, *TABLES)
"""Every name that a member may have."""
Kind = Literal["runs", "appraisal", "plan"]
RUNS: Final[Kind] = "runs"
APPRAISAL: Final[Kind] = "appraisal"
PLAN: Final[Kind] = "plan"
NEEDED: Final[dict[Kind, tuple[str, ...]]] = {
    RUNS: (MANIFEST, EXPERIMENT),
    APPRAISAL: (APPRAISED, FLOWS),
    PLAN: (PLANNED,),
}
"""The members that each kind of file has in any case, beside the head."""
MB: Final = 1_000_000
LARGEST_FILE: Final = 32 * MB
LARGEST_CONTENT: Final = 192 * MB
"""Bytes of all members together, as they are read."""
LARGEST_TEXT: Final = 4 * MB
"""Bytes of a member that is no table."""
LARGEST_FIGURES: Final = 16 * MB
"""Bytes of the figures of an appraisal."""
MOST_ROWS: Final = 1_000_000
"""Of all tables together."""
MOST_RUNS: Final = 20_000
LONGEST_NAME: Final = 120
TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
"""The form of the time of a head, UTC."""
MOST_FIGURES: Final = 60
MOST_WORTHS: Final = 100
ROOM: Final = "runs"
"""The catalogue of the messages."""


def _is_known(kpi: str) -> str:
    if kpi not in KPIS:
        raise InvalidValueError(message("result_file.foreign_rows", ROOM))
    return kpi


Short = Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(in_one_line)]
KeyFigure = Annotated[str, AfterValidator(_is_known)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Figure(Document):
    """A figure of a scenario beside the baseline, for a list of files."""

    scenario: Short
    port: Short
    vehicle_class: Short
    kpi: KeyFigure
    unit: Short
    n: Annotated[int, Field(ge=1)]
    """Pairs of runs."""
    before: float
    difference: float
    low: float | None = None
    high: float | None = None
    """95% interval of the difference; None for one run."""


class Asked(Document):
    """What the results were asked: the best scenario for a figure of a traffic."""

    port: Short
    vehicle_class: Short
    kpi: KeyFigure


class Worth(Document):
    """What a programme or a budget is worth, for a list of files; M USD."""

    of: Short
    """The demand scenario of a net present value; of a plan the budget, M USD."""
    value: float
    """Net present value; of a plan the net benefit of a year."""
    low: float | None = None
    high: float | None = None
    """95% interval; None where there is none."""


class ShardNote(Document):
    """What a shard has beside its rows."""

    failed: Annotated[int, Field(ge=0)] = 0
    lost: bool = False


def _is_a_time(text: str) -> str:
    try:
        datetime.strptime(text, TIME)
    except ValueError:
        raise InvalidValueError(message("result_file.no_head", ROOM)) from None
    return text


class Head(Document):
    """The head of a file of results."""

    format: int
    kind: Kind = RUNS
    name: Short
    author: Short = ""
    saved_at: Annotated[
        str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"), AfterValidator(_is_a_time)
    ]
    figures: Annotated[tuple[Figure, ...], Field(max_length=MOST_FIGURES)] = ()
    question: Asked | None = None
    worth: Annotated[tuple[Worth, ...], Field(max_length=MOST_WORTHS)] = ()
    shards: Annotated[dict[Short, ShardNote], Field(default_factory=dict, max_length=MOST_RUNS)]
    """By the name of the file of a store."""
    members: Annotated[dict[Short, Sha256], Field(max_length=len(MEMBERS))]
    """SHA-256 of every other member."""

    @model_validator(mode="after")
    def _has_the_format_of_its_kind(self) -> Self:
        if (self.format == FORMAT) != (self.kind == RUNS):
            raise InvalidValueError(message("result_file.other_format", ROOM))
        return self


def refused(file: str, code: str, want: str | Message, found: Text = "", member: str = "") -> Finding:
    """The finding about a file of results, or about one of its members."""
    expected = message(f"want.{want}", ROOM) if isinstance(want, str) else want
    return Finding(ERROR, file, None, member, found, expected, message=message(f"result_file.{code}", ROOM))


def megabytes(n: int) -> Message:
    """A size as a value found."""
    return message("found.megabytes", n=n / MB)


def at_most(n: int) -> Message:
    """A size as a value expected."""
    return message("want.megabytes", n=n / MB)
