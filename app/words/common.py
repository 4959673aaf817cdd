"""What every page may say."""

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, tuple[str, str]]] = {
    "language": ("Language", "语言"),
    "version": ("Bridgehead {version}. Data {data}, program {code}.", "桥头堡 {version}；数据 {data}，程序 {code}。"),
}
