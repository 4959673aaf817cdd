"""What the page what-if says."""

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("What if", "情景推演"),
}
