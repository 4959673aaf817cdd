"""The pages with their icons, in the order of the navigation; the first is at the bare address."""

from __future__ import annotations

from typing import Final

PAGES: Final = {
    "questions": ":material/help:",
    "overview": ":material/map:",
    "what_if": ":material/tune:",
    "compare": ":material/compare_arrows:",
    "money": ":material/payments:",
    "shelf": ":material/inventory_2:",
    "replay": ":material/play_circle:",
    "own_records": ":material/upload_file:",
    "data": ":material/table:",
    "report": ":material/description:",
}
