"""One YAML file, checked against a model: proposals, scenarios, experiments.

In: a file, by its path or as bytes, and a pydantic model. Out: the model, or a DataError whose findings give the line
and the key (``changes.2.value``) of everything that is wrong. Values are read by the core schema of YAML 1.2: 20:00 is
a time and no number of minutes, 2027-05-01 stays text until a model wants a date, and ``no`` is a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from corridors.findings import ERROR, DataError, Finding, nearest
from corridors.io.schema_errors import refusals_of

UNKNOWN_KEY: Final = "no such key"
"""What a finding expects in the place of a key that a document of its kind has not."""

BRANCH: Final = re.compile(r"[\[(]")
"""Tells the names that pydantic puts among the keys for what a value may be (``tuple[str, ...]``)."""

Model = TypeVar("Model", bound=BaseModel)


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader with the implicit types of YAML 1.2, and without aliases, which may run in circles."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise yaml.MarkedYAMLError(problem="aliases (*name) are not read; write the value out", problem_mark=mark)
        return super().compose_node(parent, index)


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_pattern})$"), _first)
# The safe loader would read 010 as eight and 1:30 as ninety.
_Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value))
_Loader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: float(node.value))


def read_yaml(path: Path, model: type[Model]) -> Model:
    """The file as a model; raises DataError with every finding at once."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(
            [Finding(ERROR, str(path), None, "", error.strerror or "", "a file that can be read")]
        ) from None
    return parse_yaml(content, path.name, model)


def parse_yaml(content: bytes, name: str, model: type[Model]) -> Model:
    """The bytes of a file of that name as a model; raises DataError with every finding at once."""
    try:
        root, data = _parse(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise DataError([Finding(ERROR, name, None, "", "other bytes", "text in UTF-8")]) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        line = mark.line + 1 if mark else None
        raise DataError([Finding(ERROR, name, line, "", "", "YAML", message=problem)]) from None
    if not isinstance(data, dict):
        found = "an empty file" if data is None else type(data).__name__
        raise DataError([Finding(ERROR, name, 1, "", found, f"keys such as {', '.join(list(model.model_fields)[:3])}")])
    findings = list(_repeated_keys(root, name))
    try:
        made = model.model_validate(data)
    except ValidationError as error:
        findings += _findings(name, root, error.errors(), model)
    if findings:
        raise DataError(sorted(findings, key=lambda finding: finding.row or 0))
    return made


def nodes(path: Path) -> yaml.Node:
    """A file that was read before as nodes, which know their lines. Raises OSError, ValueError and YAMLError."""
    return _parse(path.read_bytes().decode("utf-8-sig"))[0]


def to_yaml(document: BaseModel) -> str:
    """The document as text that :func:`read_yaml` gives back; only what was set is written."""
    plain = document.model_dump(mode="json", exclude_unset=True)
    return yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, width=120)


def _parse(text: str) -> tuple[yaml.Node, Any]:
    """The document as nodes, which know their lines, and as plain values."""
    loader = _Loader(text)
    try:
        root: Any = loader.get_single_node()
        return root, None if root is None else loader.construct_document(root)  # type: ignore[no-untyped-call]
    finally:
        loader.dispose()


def _repeated_keys(node: yaml.Node, file: str) -> list[Finding]:
    """Keys that stand twice in one mapping, of which YAML would silently keep the last."""
    found = []
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                found.append(Finding(ERROR, file, key.start_mark.line + 1, key.value, "the key again", "each key once"))
            seen.add(key.value)
            found += _repeated_keys(value, file)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            found += _repeated_keys(value, file)
    return found


def _findings(file: str, root: yaml.Node, problems: Sequence[Any], model: type[BaseModel]) -> Iterator[Finding]:
    """One finding a place and value that is wrong; where a key may be one of several things, all of them are told."""
    at_place: dict[tuple[int, str, str], list[Finding]] = {}
    places = [[str(part) for part in problem["loc"] if not BRANCH.search(str(part))] for problem in problems]
    for keys, problem in zip(places, problems, strict=True):
        if len(keys) < len(problem["loc"]) and any(keys == other[: len(keys)] != other for other in places):
            continue  # Another of the things that the key may be fits, but for what is inside it.
        for finding in _of_problem(file, root, problem, keys, model):
            at_place.setdefault((finding.row or 0, finding.column, finding.found), []).append(finding)
    for together in at_place.values():
        if len(together) == 1 or together[0].found == "":
            yield from together
        else:
            expected = " or ".join(finding.expected for finding in together)
            close = next((finding.nearest for finding in together if finding.nearest), "")
            yield replace(together[0], expected=expected, nearest=close)


def _of_problem(file: str, root: yaml.Node, problem: Any, keys: list[str], model: type[BaseModel]) -> Iterator[Finding]:
    line, known = _line(root, keys)
    column = ".".join(keys[:known] or keys)
    if problem["type"] == "extra_forbidden":
        close = nearest(keys[-1], _known_keys(model, keys[:-1]))
        yield Finding(ERROR, file, line, column, keys[-1], UNKNOWN_KEY, close)
        return
    for one in refusals_of(problem, _known_keys(model, keys)):
        found, message = ("", "") if problem["type"] == "missing" else (one.found, one.message)
        yield Finding(ERROR, file, line, column, found, one.expected, one.nearest, message)


def _line(node: yaml.Node, keys: list[str]) -> tuple[int, int]:
    """The line of a value, or of the last of its parents that is in the file, and how many keys lead there.

    The last key is kept even if it is not in the file: it may be the one that is missing.
    """
    line = node.start_mark.line + 1
    for depth, key in enumerate(keys):
        if isinstance(node, yaml.MappingNode):
            inside = {name.value: (name, value) for name, value in node.value}
        elif isinstance(node, yaml.SequenceNode):
            inside = {str(number): (value, value) for number, value in enumerate(node.value)}
        else:
            inside = {}
        if key not in inside:
            return line, depth + (depth == len(keys) - 1 and isinstance(node, yaml.MappingNode))
        name, node = inside[key]
        line = name.start_mark.line + 1
    return line, len(keys)


def _known_keys(kind: Any, path: list[str]) -> list[str]:
    """The keys that a type knows at a place in a document."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        if not path:
            return list(kind.model_fields)
        field = kind.model_fields.get(path[0])
        return _known_keys(field.annotation, path[1:]) if field else []
    inside = path[1:] if path and path[0].isdigit() else path
    return [key for part in get_args(kind) for key in _known_keys(part, inside)]
