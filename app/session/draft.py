"""Draft scenario of the page What if: a loaded scenario, and the sliders moved since.

Input: a :class:`~corridors.overlay.proposals.Scenario` and values of sliders. Output: one scenario with all changes,
which the page, the command line and a batch run with equal results; and the same as parameters of an address, from
which :func:`from_parameters` restores the draft.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Final

from pydantic import ValidationError

from app.widgets.sliders import Slider, Value, sliders
from corridors.findings import ERROR, DataError, Finding
from corridors.io.schema_errors import refusals_of
from corridors.messages import Text, message
from corridors.overlay.changes import Change, replaces
from corridors.overlay.proposals import Proposal, Scenario

ID: Final = "what_if"
ROOM: Final = "app_common"
"""The catalogue of the messages."""
NOTHING: Final = Scenario(id=ID)
PROPOSAL, CHANGE, SET, IN_ORDER = "proposal", "change", "set", "in_order"
PARAMETERS: Final = (PROPOSAL, CHANGE, SET, IN_ORDER)
MOST_CHANGES: Final = 400
"""Limit for an address or an uploaded file."""


@dataclass(frozen=True)
class RunPeriod:
    """Period of a short run."""

    start: date
    days: int
    warmup_days: int

    @property
    def first_measured(self) -> date:
        """First day after the warm-up."""
        return self.start + timedelta(self.warmup_days)


@dataclass(frozen=True)
class Draft:
    """A loaded scenario and the sliders moved since."""

    loaded: Scenario = NOTHING
    """Proposals and changes from which the sliders start."""
    moved: Mapping[str, Value] = field(default_factory=dict)
    """Values by the key of the slider, of those sliders alone that differ from the loaded scenario."""

    @property
    def is_base(self) -> bool:
        """Whether the draft has no changes."""
        return not (self.moved or self.loaded.proposals or self.loaded.changes)

    def move(self, slider: Slider, value: Value, loaded: Value) -> Draft:
        """The draft with one slider moved; at its ``loaded`` value it counts as not moved."""
        moved = {key: old for key, old in self.moved.items() if key != slider.key}
        if value != loaded:
            moved[slider.key] = value
        return replace(self, moved=moved)

    def reset(self) -> Draft:
        """The draft without moved sliders."""
        return replace(self, moved={})

    def scenario(self, proposals: Mapping[str, Proposal], horizon: RunPeriod) -> Scenario:
        """The draft as one scenario over a period.

        Changes of sliders are applied last. Where they write the same addresses as the loaded scenario, the scenario
        is marked ``in_order``.
        """
        known = sliders()
        changes = [
            change
            for key in known
            if key in self.moved
            for change in known[key].changes(self.moved[key], horizon.first_measured)
        ]
        written = {change.address for change in changes if change.op == "set"}
        own = [change for change in self.loaded.changes if not replaces(written, change)]
        before = {c.address for id in self.loaded.proposals if id in proposals for c in proposals[id].changes}
        overlap = {change.address for change in changes} & (before | {change.address for change in own})
        return Scenario.model_validate(
            {
                "id": self.loaded.id,
                **{name: text for name in ("title_en", "title_zh") if (text := getattr(self.loaded, name))},
                **({"proposals": self.loaded.proposals} if self.loaded.proposals else {}),
                "changes": (*own, *changes),
                **({"in_order": True} if self.loaded.in_order or overlap else {}),
                "start": horizon.start,
                "days": horizon.days,
                "warmup_days": horizon.warmup_days,
            }
        )

    def parameters(self) -> dict[str, list[str]]:
        """The draft as parameters of an address; empty for the baseline."""
        made = {
            PROPOSAL: list(self.loaded.proposals),
            CHANGE: [_as_json(change) for change in self.loaded.changes],
            SET: [f"{key}={value}" for key, value in sorted(self.moved.items())],
            IN_ORDER: ["1"] if self.loaded.in_order else [],
        }
        return {name: values for name, values in made.items() if values}


def from_parameters(parameters: Mapping[str, Sequence[str]]) -> Draft:
    """The draft that parameters of an address describe. Raises DataError with all problems."""
    findings: list[Finding] = []
    changes = []
    for text in parameters.get(CHANGE, ())[: MOST_CHANGES + 1]:
        try:
            changes.append(Change.model_validate_json(text))
        except ValidationError as error:
            keys = list(Change.model_fields)
            problems = (one for problem in error.errors() for one in refusals_of(problem, keys))
            findings += [_finding(CHANGE, text, one.expected, one.message, one.nearest) for one in problems]
    moved: dict[str, Value] = {}
    known = sliders()
    for text in parameters.get(SET, ()):
        key, _, number = text.rpartition("=")
        value = known[key].parsed(number) if key in known else None
        if value is None:
            findings.append(_finding(SET, text, message("address.slider", ROOM)))
        else:
            moved[key] = value
    if len(changes) > MOST_CHANGES:
        expected = message("address.at_most_changes", ROOM, most=MOST_CHANGES)
        findings.append(_finding(CHANGE, str(len(changes)), expected))
    if findings:
        raise DataError(findings)
    in_order = bool(parameters.get(IN_ORDER))
    proposed = tuple(dict.fromkeys(parameters.get(PROPOSAL, ())))
    loaded = Scenario(id=ID, proposals=proposed, changes=tuple(changes), in_order=in_order)
    return Draft(loaded, moved)


def with_proposals(ids: Iterable[str]) -> Draft:
    """A draft that starts from proposals."""
    return Draft(Scenario(id=ID, proposals=tuple(ids)))


def _as_json(change: Change) -> str:
    plain: Any = change.model_dump(mode="json", exclude_unset=True, exclude={"origin"})
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def _finding(parameter: str, found: str, expected: Text, problem: Text = "", close: str = "") -> Finding:
    return Finding(ERROR, "address", None, parameter, found[:200], expected, close, problem)
