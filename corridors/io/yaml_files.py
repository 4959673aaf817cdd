"""YAML files, checked against a model: proposals, scenarios, experiments.

Input: a file, by its path or as bytes, and a pydantic model. Output: the model, or a DataError with all findings, each
with its line and key (``changes.2.value``). Values follow the core schema of YAML 1.2: 20:00 is a time and no number
of minutes, 2027-05-01 stays text until a model wants a date, and ``no`` is a word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from corridors.findings import ERROR, DataError, Finding, limited_suggestions
from corridors.io.characters import UNSHOWN
from corridors.io.kept_documents import KeptDocuments
from corridors.io.plain_files import LARGEST_DOCUMENT, Source, content_of
from corridors.io.schema_errors import keys_wanted, refusals_of
from corridors.io.system_problems import ROOM
from corridors.io.yaml_problems import yaml_problem
from corridors.messages import Message, Text, message

BRANCH: Final = re.compile(r"[\[(]")
"""Recognises the names of types that pydantic puts among the keys (``tuple[str, ...]``)."""
TAG: Final = re.compile(r"could not determine a constructor for the tag '(.*)'", re.DOTALL)
"""The problem that PyYAML gives for a tag it does not know."""

MOST_BYTES: Final = 16 * 2**20
"""Of documents kept: a command reads all proposals once for each scenario it looks at, in a third of a second."""
MOST_DEPTH: Final = 4

#: What no mapping has as a key.
NO_KEY: Final = object()
"""Rounds of removing refused values; a part that lacks a key goes as a whole in the next."""

Model = TypeVar("Model", bound=BaseModel)

_KNOWN: Final[KeptDocuments[BaseModel]] = KeptDocuments(MOST_BYTES)


class _AliasError(yaml.MarkedYAMLError):
    """An alias (``*name``) in the file."""


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader with the types of YAML 1.2, without aliases.

    Aliases may be circular.
    """

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise _AliasError(problem="alias", problem_mark=self.peek_event().start_mark)
        return super().compose_node(parent, index)

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Leave the keys as they are; YAML 1.2 has no merge keys."""


CORE: Final = "tag:yaml.org,2002:"
"""Beginning of the full names of the types of YAML; ``!!int`` is short for ``tag:yaml.org,2002:int``."""
LEADING_ZERO: Final = re.compile(r"[-+]?0[0-9]+")
LONGEST_INTEGER: Final = 18
"""Digits; no number of a document has more."""
SCALARS: Final[tuple[tuple[str, str, list[str], Callable[[str], Any]], ...]] = (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""], lambda text: None),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF"), lambda text: text.lower() == "true"),
    ("int", rf"[-+]?[0-9]{{1,{LONGEST_INTEGER}}}", list("-+0123456789"), int),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789"), float),
)
"""Types of single values besides text: name, form, first characters, and the value of a text.

The safe loader would read 010 as eight and 1:30 as ninety.
"""


def _constructor(form: str, read: Callable[[str], Any]) -> Callable[[_Loader, yaml.Node], Any]:
    def construct(loader: _Loader, node: yaml.Node) -> Any:
        text = loader.construct_scalar(node)  # type: ignore[no-untyped-call, arg-type]
        if not re.fullmatch(form, text):  # The file names the type of a value that has not its form.
            raise yaml.constructor.ConstructorError(None, None, f"{node.tag} {text!r}", node.start_mark)
        return read(text)

    return construct


_Loader.yaml_implicit_resolvers = {}
_Loader.yaml_constructors = {
    tag: constructor
    for tag, constructor in yaml.SafeLoader.yaml_constructors.items()
    if tag in (None, f"{CORE}str", f"{CORE}seq", f"{CORE}map")
}
for _name, _form, _first, _read in SCALARS:
    _Loader.add_implicit_resolver(CORE + _name, re.compile(f"(?:{_form})$"), _first)
    _Loader.add_constructor(CORE + _name, _constructor(_form, _read))


def read_yaml(path: Source, model: type[Model]) -> Model:
    """The file as a model; raises DataError with all findings."""
    return parse_yaml(content_of(path, LARGEST_DOCUMENT, str(path)), path.name, model)


@limited_suggestions()
def parse_yaml(content: bytes, name: str, model: type[Model]) -> Model:
    """The bytes of a file of that name as a model, which a process reads once as long as it is kept.

    Raises DataError with all findings.
    """
    made = _KNOWN.of(content, name, model, _model_of)
    assert isinstance(made, model)
    return made


def _model_of(content: bytes, name: str, model: type[BaseModel]) -> BaseModel:
    """See :func:`parse_yaml`; what raises an error is not kept."""

    def refused(code: Message, line: int | None, found: Text, expected: Text) -> DataError:
        return DataError([Finding(ERROR, name, line, "", found, expected, message=code)])

    try:
        root, data = _parse(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        found = message("found.byte", byte=f"0x{content[error.start]:02x}")
        raise refused(message("yaml.not_utf8"), line, found, message("want.utf8")) from None
    except yaml.reader.ReaderError as error:
        line = content.decode("utf-8-sig")[: error.position].count("\n") + 1
        character = chr(error.character)
        raise refused(message("yaml.control_character"), line, character, message("want.shown_text")) from None
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        problem, place = _syntax(error)
        raise refused(problem, place, "", message("want.yaml")) from None
    if not isinstance(data, dict):
        kind = "found.empty_file" if data is None else "found.list" if isinstance(data, list) else "found.value"
        found = message(kind)
        raise refused(message("yaml.no_keys"), 1, found, keys_wanted(list(model.model_fields)))
    findings = [*_repeated_keys(root, name), *_unfit_values(root, name)]
    try:
        made = model.model_validate(data)
    except ValidationError as error:
        findings += _findings(name, root, error.errors(), model)
    if findings:
        raise DataError(sorted(findings, key=lambda finding: finding.row or 0))
    return made


def sound_part(path: Path, model: type[Model]) -> Model | None:
    """The file without the values that the model refuses, so that the rest can be checked, too.

    An item of a list that is refused as a whole becomes one without keys. None if too little is left.
    """
    try:
        data = deepcopy(_parse(content_of(path, LARGEST_DOCUMENT).decode("utf-8-sig"))[1])
    except (ValueError, RecursionError, yaml.YAMLError):
        return None
    for _ in range(MOST_DEPTH):
        try:
            return model.model_validate(data)
        except ValidationError as error:
            names: dict[int, dict[str, Any]] = {}
            for problem in reversed(error.errors()):
                _drop(data, problem["loc"], names)
    return None


def _drop(data: Any, place: Sequence[int | str], names: dict[int, dict[str, Any]]) -> None:
    """Remove the value at a place, or the last part on the way to it that the data have.

    The keys of each mapping by their text, as places give them, are kept in ``names``: a search for each place
    would take a time that grows with the square of the number of problems.
    """
    holder: Any = None
    last: Any = None
    for part in place:
        if isinstance(data, dict) and id(data) not in names:
            names[id(data)] = {str(key): key for key in reversed(data)}
        if isinstance(data, dict) and (key := names[id(data)].get(str(part), NO_KEY)) in data:
            holder, last = data, key
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            holder, last = data, part
        else:
            break
        data = holder[last]
    if isinstance(holder, list) and isinstance(holder[last], dict) and holder[last]:
        holder[last] = {}
    elif holder is not None:
        holder.pop(last)


def nodes(path: Source) -> yaml.Node:
    """A file that was read before as nodes, which have lines.

    Raises ValueError (also as DataError), RecursionError and YAMLError.
    """
    return _parse(content_of(path, LARGEST_DOCUMENT).decode("utf-8-sig"))[0]


def to_yaml(document: BaseModel) -> str:
    """The document as text for :func:`read_yaml`.

    Only keys that were set are written.
    """
    return yaml_text(document.model_dump(mode="json", exclude_unset=True))


def yaml_text(plain: Mapping[str, Any]) -> str:
    """Plain values as YAML."""
    text: str = yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, width=120)
    return text


@lru_cache(maxsize=1)
def _parse(text: str) -> tuple[yaml.Node, Any]:
    """The document as nodes, which have lines, and as plain values.

    To be read only.

    The last one is kept, because a file of unknown kind is checked against several models.
    """
    loader = _Loader(text)
    try:
        root: Any = loader.get_single_node()
        return root, None if root is None else loader.construct_document(root)  # type: ignore[no-untyped-call]
    finally:
        loader.dispose()


def _syntax(error: Exception) -> tuple[Message, int | None]:
    """The message for text that is no YAML, or YAML that is not accepted, and its line."""
    why, line, column = yaml_problem(error)
    if isinstance(error, _AliasError):
        return message("yaml.alias"), line
    if tag := TAG.fullmatch(getattr(error, "problem", None) or ""):
        return message("yaml.tag", tag=tag[1].replace(CORE, "!!")), line
    if column is not None:
        why = message("syntax.at", ROOM, column=column, why=why)
    return message("yaml.syntax", problem=why), line


def _repeated_keys(node: yaml.Node, file: str) -> list[Finding]:
    """Keys that one mapping has twice; YAML would silently keep the last."""
    found = []
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                line, what = key.start_mark.line + 1, message("yaml.repeated_key")
                found.append(Finding(ERROR, file, line, key.value, "", message("want.key_once"), message=what))
            seen.add(key.value)
            found += _repeated_keys(value, file)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            found += _repeated_keys(value, file)
    return found


def _unfit_values(root: yaml.Node, file: str) -> Iterator[Finding]:
    """Keys and values with control characters, and numbers with leading zeros, which programs read as 10 or as 8."""
    rest = [root]
    while rest:
        node = rest.pop()
        if isinstance(node, yaml.MappingNode):
            rest += [part for entry in node.value for part in entry]
        elif isinstance(node, yaml.SequenceNode):
            rest += node.value
        elif UNSHOWN.search(node.value):
            expected, what = message("want.shown_text"), message("yaml.control_character")
            yield Finding(ERROR, file, node.start_mark.line + 1, "", node.value, expected, message=what)
        elif node.tag == f"{CORE}int" and LEADING_ZERO.fullmatch(node.value):
            expected, what = message("want.no_leading_zero"), message("yaml.leading_zero")
            meant = str(int(node.value))
            yield Finding(ERROR, file, node.start_mark.line + 1, "", node.value, expected, meant, what)


def _findings(file: str, root: yaml.Node, problems: Sequence[Any], model: type[BaseModel]) -> Iterator[Finding]:
    """One finding a place and value.

    Where a key may have one of several forms, all of them are named.
    """
    at_place: dict[tuple[int, str, str], list[Finding]] = {}
    document = _Lines(root)
    places = [tuple(str(part) for part in problem["loc"] if not BRANCH.search(str(part))) for problem in problems]
    outer = {place[:length] for place in places for length in range(len(place))}
    for keys, problem in zip(places, problems, strict=True):
        if len(keys) < len(problem["loc"]) and keys in outer:
            continue  # Another form of the key fits, apart from values inside it.
        if problem["type"] == "too_short" and keys in outer:
            continue  # The list has items, but wrong ones.
        for finding in _of_problem(file, document, problem, list(keys), model):
            at_place.setdefault((finding.row or 0, finding.column, str(finding.found)), []).append(finding)
    for together in at_place.values():
        if len(together) == 1 or together[0].found == "":
            yield from together
        else:
            yield _any_of(together)


def _any_of(forms: list[Finding]) -> Finding:
    """One finding for a value that has none of several forms."""
    *others, expected = dict.fromkeys(one.expected for one in forms if one.expected)
    for other in reversed(others):
        expected = message("want.either", one=other, other=expected)
    close = next((finding.nearest for finding in forms if finding.nearest), "")
    what = message("yaml.no_form")
    return replace(forms[0], expected=expected, nearest=close, message=what, code=what.code)


def _of_problem(
    file: str, document: _Lines, problem: Any, keys: list[str], model: type[BaseModel]
) -> Iterator[Finding]:
    line, known = document.line(keys)
    column = ".".join(keys[:known] or keys)
    beside = problem["type"] == "extra_forbidden"
    for one in refusals_of(problem, _known_keys(model, keys[:-1] if beside else keys)):
        found = "" if problem["type"] == "missing" else one.found
        yield Finding(ERROR, file, line, column, found, one.expected, one.nearest, one.message)


class _Lines:
    """Lines of the values of a document."""

    def __init__(self, root: yaml.Node) -> None:
        self._root = root
        self._inside: dict[int, dict[str, tuple[yaml.Node, yaml.Node]]] = {}
        """Key and value of each entry of a node, by the identity of the node."""

    def line(self, keys: list[str]) -> tuple[int, int]:
        """The line of a value, or of its closest parent in the file.

        Also the number of keys that lead there.

        The last key counts even if the file does not have it: it may be the missing one.
        """
        node = self._root
        line = node.start_mark.line + 1
        for depth, key in enumerate(keys):
            inside = self._entries(node)
            if key not in inside:
                return line, depth + (depth == len(keys) - 1 and isinstance(node, yaml.MappingNode))
            name, node = inside[key]
            line = name.start_mark.line + 1
        return line, len(keys)

    def _entries(self, node: yaml.Node) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        known = self._inside.get(id(node))
        if known is None:
            if isinstance(node, yaml.MappingNode):
                known = {name.value: (name, value) for name, value in node.value}
            elif isinstance(node, yaml.SequenceNode):
                known = {str(number): (value, value) for number, value in enumerate(node.value)}
            else:
                known = {}
            self._inside[id(node)] = known
        return known


def _known_keys(kind: Any, path: list[str]) -> list[str]:
    """The valid keys of a type at a place in a document."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        if not path:
            return list(kind.model_fields)
        field = kind.model_fields.get(path[0])
        return _known_keys(field.annotation, path[1:]) if field else []
    inside = path[1:] if path and path[0].isdigit() else path
    return [key for part in get_args(kind) for key in _known_keys(part, inside)]
