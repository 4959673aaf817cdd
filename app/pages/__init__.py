"""The pages in their order, the first of which is shown at the bare address, each with its icon."""

from __future__ import annotations

from typing import Final

PAGES: Final = {
    "overview": ":material/map:",
    "what_if": ":material/tune:",
    "compare": ":material/compare_arrows:",
    "replay": ":material/play_circle:",
    "data": ":material/table:",
    "report": ":material/description:",
}
