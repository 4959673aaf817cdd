"""List sentences that two message catalogues have both: twins, which one change leaves different.

    python tools/twin_sentences.py [--least N]

Prints, for each English text of at least N words (default: 4) that is in several catalogues, the ids that have it, and
whether their Chinese agrees. Twins that mean the same are best one message.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path
from typing import Final

import polib

TEXTS: Final = Path(__file__).parents[1] / "sim" / "text"


def texts(language: str) -> dict[str, str]:
    """All forms of each message of a language, by ``room.id``."""
    found = {}
    for path in sorted((TEXTS / language).glob("*.po")):
        for entry in polib.pofile(str(path), encoding="utf-8"):
            forms = list(entry.msgstr_plural.values()) or [entry.msgstr]
            found[f"{path.stem}.{entry.msgid}"] = "\n".join(forms)
    return found


def twins(least: int) -> dict[str, list[str]]:
    """The ids of each English text of at least so many words that several catalogues have."""
    found = defaultdict(list)
    for name, text in texts("en").items():
        if len(text.split()) >= least:
            found[text].append(name)
    return {text: names for text, names in found.items() if len({name.partition(".")[0] for name in names}) > 1}


def main() -> None:
    """Print the twins."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--least", type=int, default=4, help="words of a text (4)")
    chinese = texts("zh")
    for text, names in twins(parser.parse_args().least).items():
        same = len({chinese.get(name) for name in names}) == 1
        print(f"{text!r}: {', '.join(names)}{'' if same else ': the Chinese differs'}")


if __name__ == "__main__":
    main()
