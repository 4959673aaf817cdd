"""Where in a YAML file a mistake stands that was only noticed when the document was used.

In: findings that name a document by its id (a proposal that writes to an unknown row, a scenario that asks for an
unknown proposal), and the file from which each document was read. Out: the same findings with file and line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

import yaml

from corridors.findings import DataError, Finding
from corridors.io.yaml_files import nodes


@contextmanager
def told_by_line(files: Mapping[str, Path]) -> Iterator[None]:
    """A DataError that is raised inside names file and line; see :func:`placed`."""
    try:
        yield
    except DataError as error:
        raise DataError(placed(error.findings, files)) from None


def placed(findings: Iterable[Finding], files: Mapping[str, Path]) -> list[Finding]:
    """The findings, with the name of the file and the line of what they name; those of one file by line.

    ``files`` has the file of each document by what findings call it: its id. What is in none of them stays as it is.
    """
    root_of = cache(_root)
    told = [
        _placed(one, files[one.file], root_of(files[one.file])) if one.row is None and one.file in files else one
        for one in findings
    ]
    order = list(dict.fromkeys(one.file for one in told))
    return sorted(told, key=lambda one: (order.index(one.file), one.row or 0))


def _root(path: Path) -> yaml.Node | None:
    try:
        return nodes(path)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return None


def _placed(finding: Finding, path: Path, root: yaml.Node | None) -> Finding:
    return replace(finding, file=path.name, row=_row(root, finding)) if root else finding


def _row(root: yaml.Node, finding: Finding) -> int | None:
    """The line of what was found, else of its key, else of the part of the document that has the id."""
    part = next(_with_id(root, finding.id), None) if finding.id else None
    node, line = part or root, part.start_mark.line + 1 if part else None
    for key in finding.column.split("."):
        inside = _inside(node, key)
        if inside is None:
            break
        line, node = inside[0].start_mark.line + 1, inside[1]
    lines = dict(reversed(list(_texts(node))))
    # An address (table.id.field) stands in the file as a whole, that of a new row without the field.
    sought = (finding.column, finding.column.rpartition(".")[0], finding.found, finding.id)
    return next((lines[text] for text in sought if text and text in lines), line)


def _inside(node: yaml.Node, key: str) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((name, value) for name, value in node.value if name.value == key), None)
    return None


def _with_id(node: yaml.Node, id: str) -> Iterator[yaml.Node]:
    """Mappings whose id it is, at any depth; the value of the key of that name where it has one."""
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == "id" and value.value == id:
                yield node
            elif name.value == id:
                yield value
            yield from _with_id(value, id)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _with_id(value, id)


def _texts(node: yaml.Node) -> Iterator[tuple[str, int]]:
    """Every value below a node with its line."""
    if isinstance(node, yaml.ScalarNode):
        yield node.value, node.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _texts(value)
    elif isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            yield from _texts(value)
