"""Lines in YAML files for findings that appear when a document is used.

Input: findings that name a document by its id (a proposal that changes an unknown row, a scenario with an unknown
proposal), and the file of each document. Output: the same findings with file and line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache

import yaml

from corridors.findings import DataError, Finding
from corridors.io.plain_files import Source
from corridors.io.yaml_files import nodes


@contextmanager
def lines_in_findings(files: Mapping[str, Source]) -> Iterator[None]:
    """Add file and line to the findings of a DataError that is raised inside.

    See :func:`placed`.
    """
    try:
        yield
    except DataError as error:
        raise DataError(placed(error.findings, files)) from None


def placed(findings: Iterable[Finding], files: Mapping[str, Source]) -> list[Finding]:
    """The findings, with the name of the file and the line of the value.

    Those of one file by line.

    ``files`` has the file of each document by the name in findings: its id. Other findings stay as they are.
    """
    document_of = cache(_read)
    found = [
        _placed(one, files[one.file], document_of(files[one.file])) if one.row is None and one.file in files else one
        for one in findings
    ]
    order = {file: n for n, file in enumerate(dict.fromkeys(one.file for one in found))}
    return sorted(found, key=lambda one: (order[one.file], one.row or 0))


def _read(path: Source) -> _Document | None:
    try:
        return _Document(nodes(path))
    except (ValueError, RecursionError, yaml.YAMLError):  # The file has changed since it was read.
        return None


def _placed(finding: Finding, path: Source, document: _Document | None) -> Finding:
    return replace(finding, file=path.name, row=document.row(finding)) if document else finding


class _Document:
    """Lines of a YAML file, by key and by value."""

    def __init__(self, root: yaml.Node) -> None:
        self._root = root
        self._parts: dict[str, yaml.Node] = {}
        """Mappings by their id, or by the key that has them; the first in the file."""
        for name, part in _named(root):
            self._parts.setdefault(name, part)
        self._values: dict[int, dict[str, int]] = {}
        """Lines of the values below a node, by the identity of the node."""

    def row(self, finding: Finding) -> int | None:
        """The line of the value found, else of its key, else of its part.

        A part is the mapping that has the id of the finding.
        """
        part = self._parts.get(finding.id) if finding.id else None
        node, line = part or self._root, part.start_mark.line + 1 if part else None
        for key in finding.column.split("."):
            inside = _inside(node, key)
            if inside is None:
                break
            line, node = inside[0].start_mark.line + 1, inside[1]
        lines = self._lines(node)
        # An address (table.id.field) is one value of the file, that of a new row without the field.
        sought = (finding.column, finding.column.rpartition(".")[0], str(finding.found), finding.id)
        return next((lines[text] for text in sought if text and text in lines), line)

    def _lines(self, node: yaml.Node) -> dict[str, int]:
        if id(node) not in self._values:
            self._values[id(node)] = dict(reversed(list(_values(node))))
        return self._values[id(node)]


def _inside(node: yaml.Node, key: str) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((name, value) for name, value in node.value if name.value == key), None)
    if isinstance(node, yaml.SequenceNode) and key.isdigit() and int(key) < len(node.value):
        return node.value[int(key)], node.value[int(key)]
    return None


def _named(node: yaml.Node) -> Iterator[tuple[str, yaml.Node]]:
    """Names of the parts below a node, at any depth.

    A mapping has the name in its id, every value that of its key.
    """
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == "id" and isinstance(value, yaml.ScalarNode):
                yield value.value, node
            elif isinstance(name, yaml.ScalarNode):
                yield name.value, value
            yield from _named(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _named(value)


def _values(node: yaml.Node) -> Iterator[tuple[str, int]]:
    """Every value below a node with its line."""
    if isinstance(node, yaml.ScalarNode):
        yield node.value, node.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _values(value)
    elif isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            yield from _values(value)
