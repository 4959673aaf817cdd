"""Texts with names from data, for widgets that read Markdown: shown as they are, never as a link, picture or formula.

A scenario in an address or an upload can give any name to a port; ``[gate](https://...)`` must not become a link.
"""

from __future__ import annotations

import re
from typing import Final

ACTIVE: Final = re.compile(r"[\\`*\[\]<>$~]")
"""Characters that begin a link, a picture, HTML, a formula, a colour or a style in Markdown."""
ADDRESS: Final = re.compile(r"://|www\.|@", re.IGNORECASE)
"""Parts by which Markdown makes a link of an address, also of an escaped one."""
JOINER: Final = "\u2060"
"""It has no width, and keeps the letters before and after it in one word."""


def plain_text(text: str) -> str:
    """``text`` on one line, with each active character escaped and addresses that are no links."""
    escaped = ACTIVE.sub(r"\\\g<0>", " ".join(text.split()))
    return ADDRESS.sub(
        lambda found: found[0][:1] + JOINER + found[0][1:] if len(found[0]) > 1 else JOINER + "@", escaped
    )
