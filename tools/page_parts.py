"""Parts of a page that tools write, each between the marks of its name.

Input: the text of a page, such as docs/orders.md, with ``<!-- name -->`` and ``<!-- end of name -->``, each at the
start of a line. Output: the page with the part written anew, or the part.
"""

from __future__ import annotations


def put_into(page: str, name: str, made: str) -> str:
    """The page with these lines as the part of this name."""
    begin, end = _marks(name)
    before, _, rest = page.partition(begin)
    return before + begin + made + end + rest.partition(end)[2]


def part_of(page: str, name: str) -> str:
    """The lines of the part of this name."""
    begin, end = _marks(name)
    return page.partition(begin)[2].partition(end)[0]


def _marks(name: str) -> tuple[str, str]:
    return f"<!-- {name} -->\n", f"<!-- end of {name} -->"
