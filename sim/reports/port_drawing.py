"""Diagram of a port at an instant as a drawing (SVG): boxes from left to right in the order of the steps.

Input: the parts of a port (:mod:`sim.kpi.port_at`), its layout, and the texts of each part. Output: a picture of one
band a direction; a box has the state of each server, the text of the part, and a bar with the number that waits. Each
box has a text that browsers show and screen readers read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Final

from sim.kpi.port_at import Part
from sim.kpi.port_layout import Node, PortLayout
from sim.reports.chart_labels import lines

WIDE, HIGH, ACROSS, DOWN, EDGE, HEAD, BAND = 172, 96, 28, 14, 16, 74, 30
"""Box, distances of boxes, margin, height of the heading and of the name of a direction, pixels."""
LETTERS, MOST_LINES, MOST_SQUARES = 26, 3, 16
BAR_PX: Final = 110
STATES: Final = ("busy", "blocked", "free")
COLOURS: Final = {"busy": "#0072b2", "blocked": "#d55e00", "free": "#ffffff"}
INK, QUIET, EDGE_COLOUR, QUEUE, SHUT = "#333333", "#666666", "#9a9a9a", "#e0a04b", "#ececec"

Texts = Mapping[tuple[str, str], tuple[str, str]]
"""Name and state of a part by direction and thing."""


def port_drawing(
    parts: Sequence[Part], layout: PortLayout, texts: Texts, bands: Mapping[str, str], title: str, notes: Sequence[str]
) -> str:
    """The picture; ``bands`` has the names of the directions, ``notes`` the lines below the title."""
    nodes = _nodes(parts, layout)
    most = max((part.count for part in parts), default=0) or 1
    body: list[str] = []
    top, wide = float(HEAD + 16 * len(notes)), 0
    for direction, name in bands.items():
        own = {part.thing: nodes[part.direction, part.thing] for part in parts if part.direction == direction}
        body.append(f'<text x="{EDGE}" y="{top + 14}" font-weight="600">{escape(name)}</text>')
        top += BAND
        at = {
            thing: (EDGE + node.column * (WIDE + ACROSS), top + node.row * (HIGH + DOWN)) for thing, node in own.items()
        }
        body += _edges(layout, direction, at)
        for part in parts:
            if part.direction == direction:
                body += _box(part, *at[part.thing], *texts[direction, part.thing], most)
        wide = max([wide, *(round(x) + WIDE for x, _ in at.values())])
        top = max([top, *(y + HIGH for _, y in at.values())]) + DOWN
    size = f'width="{wide + EDGE}" height="{round(top)}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title" {size} '
            f'viewBox="0 0 {wide + EDGE} {round(top)}" font-family="sans-serif" font-size="12" fill="{INK}">',
            f'<title id="title">{escape(title)}</title><rect {size} fill="#ffffff"/>',
            f'<text x="{EDGE}" y="28" font-size="16" font-weight="600">{escape(title)}</text>',
            *(
                f'<text x="{EDGE}" y="{50 + 16 * k}" fill="{QUIET}">{escape(note)}</text>'
                for k, note in enumerate(notes)
            ),
            *body,
            "</svg>",
            "",
        ]
    )


def _nodes(parts: Sequence[Part], layout: PortLayout) -> dict[tuple[str, str], Node]:
    """The place of each part; what is not in the layout comes after all others of its direction."""
    found = {(node.direction, node.thing): node for node in layout.nodes}
    rows: dict[str, int] = {}
    for part in parts:
        if (part.direction, part.thing) not in found:
            last = max((node.column for node in layout.nodes if node.direction == part.direction), default=-1)
            row = rows[part.direction] = rows.get(part.direction, -1) + 1
            found[part.direction, part.thing] = Node(part.thing, part.direction, last + 1, row)
    return found


def _edges(layout: PortLayout, direction: str, at: Mapping[str, tuple[float, float]]) -> Iterator[str]:
    for a, b in layout.edges:
        before, after = layout.nodes[a], layout.nodes[b]
        if before.direction == direction:
            (x, y), (u, v) = at[before.thing], at[after.thing]
            x, y, v = x + WIDE, y + HIGH / 2, v + HIGH / 2
            yield (
                f'<path d="M{x} {y}C{x + ACROSS / 2} {y} {u - ACROSS / 2} {v} {u} {v}" '
                f'fill="none" stroke="{EDGE_COLOUR}"/>'
            )


def _box(part: Part, x: float, y: float, name: str, state: str, most: int) -> Iterator[str]:
    shut = part.servers == 0 and not part.busy
    yield f"<g><title>{escape(f'{name}: {state} {part.count}')}</title>"
    yield (
        f'<rect x="{x}" y="{y}" width="{WIDE}" height="{HIGH}" rx="4" '
        f'fill="{SHUT if shut else "#ffffff"}" stroke="{EDGE_COLOUR}"/>'
    )
    for k, line in enumerate(lines(name, LETTERS)[:MOST_LINES]):
        yield f'<text x="{x + 8}" y="{y + 16 + 13 * k}" font-size="11">{escape(line)}</text>'
    yield from _servers(part, x + 8, y + 50)
    yield f'<text x="{x + 8}" y="{y + 73}" font-size="11" fill="{QUIET}">{escape(state)}</text>'
    if part.count:
        bar = max(2, round(BAR_PX * part.count / most))
        yield f'<rect x="{x + 8}" y="{y + 79}" width="{bar}" height="10" rx="2" fill="{QUEUE}"/>'
        yield f'<text x="{x + 14 + bar}" y="{y + 88}" font-weight="600">{part.count:,}</text>'
    yield "</g>"


def _servers(part: Part, x: float, y: float) -> Iterator[str]:
    """A square for each server at work, or one bar with the share of each state where there are many."""
    if part.servers is None:
        return
    counts = {"busy": part.busy - part.blocked, "blocked": part.blocked, "free": max(0, part.servers - part.busy)}
    whole = sum(counts.values())
    across = 9.0 if whole <= MOST_SQUARES else (WIDE - 16) / whole
    for state in STATES:
        for k in range(counts[state]) if whole <= MOST_SQUARES else range(1 if counts[state] else 0):
            width = 8.0 if whole <= MOST_SQUARES else across * counts[state]
            left = round(x + k * across, 1)
            yield (
                f'<rect x="{left}" y="{y}" width="{width:.1f}" height="8" '
                f'fill="{COLOURS[state]}" stroke="{COLOURS["busy"]}" stroke-width="0.8"/>'
            )
        x += across * counts[state]
