"""Texts with names from data, for widgets that read Markdown: shown as they are, never as a link, picture or formula.

A scenario in an address or an upload can give any name to a port; ``[gate](https://...)`` must not become a link.
"""

from __future__ import annotations

import re
from typing import Final

ACTIVE: Final = re.compile(r"[\\`*\[\]<>$~]")
"""Characters that begin a link, a picture, HTML, a formula, a colour or a style in Markdown."""


def plain_text(text: str) -> str:
    """``text`` on one line, with each active character escaped."""
    return ACTIVE.sub(r"\\\g<0>", " ".join(text.split()))
