"""What a person makes of the world on the page What if: a scenario that was loaded, and the sliders moved since.

In: a :class:`~corridors.overlay.proposals.Scenario`, values of sliders. Out: one scenario that says all of it, which
the page, the command line and a batch run alike; and the same as the parameters of an address, from which it is
restored.
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
from corridors.messages import Text
from corridors.overlay.changes import Change
from corridors.overlay.proposals import Proposal, Scenario

ID: Final = "what_if"
NOTHING: Final = Scenario(id=ID)
PROPOSAL, CHANGE, SET, IN_ORDER = "proposal", "change", "set", "in_order"
PARAMETERS: Final = (PROPOSAL, CHANGE, SET, IN_ORDER)
MOST_CHANGES: Final = 400
"""In an address or a file from outside."""


@dataclass(frozen=True)
class Horizon:
    """When and how long a short run runs."""

    start: date
    days: int
    warmup_days: int

    @property
    def first_measured(self) -> date:
        return self.start + timedelta(self.warmup_days)


@dataclass(frozen=True)
class Draft:
    """A scenario in the making."""

    loaded: Scenario = NOTHING
    """Proposals and changes that the sliders start from."""
    moved: Mapping[str, Value] = field(default_factory=dict)
    """Values by the key of a slider; only of those that do not stand where they were loaded."""

    @property
    def is_base(self) -> bool:
        """Whether nothing is changed at all."""
        return not (self.moved or self.loaded.proposals or self.loaded.changes)

    def move(self, slider: Slider, value: Value, loaded: Value) -> Draft:
        """The draft with one slider elsewhere; back where it was ``loaded``, it counts as not moved."""
        moved = {key: old for key, old in self.moved.items() if key != slider.key}
        if value != loaded:
            moved[slider.key] = value
        return replace(self, moved=moved)

    def reset(self) -> Draft:
        """The draft as it was loaded."""
        return replace(self, moved={})

    def scenario(self, proposals: Mapping[str, Proposal], horizon: Horizon) -> Scenario:
        """All of it as one scenario.

        Sliders come last and have the last word: where they write what the loaded scenario writes, the scenario says
        that the order counts.
        """
        known = sliders()
        changes = [
            change
            for key in known
            if key in self.moved
            for change in known[key].changes(self.moved[key], horizon.first_measured)
        ]
        written = {change.address for change in changes if change.op == "set"}
        own = [c for c in self.loaded.changes if not (c.address in written and c.op in ("set", "scale", "add"))]
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
        """The draft as parameters of an address; nothing for what is as in the base."""
        made = {
            PROPOSAL: list(self.loaded.proposals),
            CHANGE: [_as_json(change) for change in self.loaded.changes],
            SET: [f"{key}={value}" for key, value in sorted(self.moved.items())],
            IN_ORDER: ["1"] if self.loaded.in_order else [],
        }
        return {name: values for name, values in made.items() if values}


def from_parameters(parameters: Mapping[str, Sequence[str]]) -> Draft:
    """The draft that parameters of an address stand for. Raises DataError with everything that they should not be."""
    findings: list[Finding] = []
    changes = []
    for text in parameters.get(CHANGE, ())[: MOST_CHANGES + 1]:
        try:
            changes.append(Change.model_validate_json(text))
        except ValidationError as error:
            told = (one for problem in error.errors() for one in refusals_of(problem, []))
            findings += [_finding(CHANGE, text, one.expected, one.message) for one in told]
    moved: dict[str, Value] = {}
    known = sliders()
    for text in parameters.get(SET, ()):
        key, _, number = text.rpartition("=")
        value = known[key].parsed(number) if key in known else None
        if value is None:
            findings.append(_finding(SET, text, "a slider and a value within its range"))
        else:
            moved[key] = value
    if len(changes) > MOST_CHANGES:
        findings.append(_finding(CHANGE, str(len(changes)), f"at most {MOST_CHANGES} changes"))
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


def _finding(parameter: str, found: str, expected: Text, message: Text = "") -> Finding:
    return Finding(ERROR, "address", None, parameter, found[:200], expected, message=message)
