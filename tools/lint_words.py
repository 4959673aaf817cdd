"""Find words that the writing guide rules out, and retired terms.

    python tools/lint_words.py [FILE ...]

Reads docstrings and comments of Python files, the English and Chinese of message catalogues, and the prose of docs and
README. Prints file, line, word and a replacement; exit status 1 if anything is found. A line that must quote such a
word ends with ``lint: words`` in a comment.
"""

from __future__ import annotations

import ast
import csv
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
CODE: Final = ("bridgehead", "sim", "corridors", "app", "tools", "tests", "benchmarks")
PROSE: Final = ("README.md", "SECURITY.md", "docs/**/*.md", "data/template/README.txt")
WORDS: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), better)
    for pattern, better in (
        (r"\b(tell|tells|telling|told)\b", "report, list, print, show"),
        (r"\bluck\b", "random numbers"),
        (r"\b(by|beyond|from|of|all) chance\b", "random numbers, sampling error"),
        (r"\bstands\b", "is, is stored"),
        (r"\basked for\b", "requested"),
        (r"\b(go|goes|going|went) on\b", "continue"),
        (r"\bof (its|their|one's|your|my|his|her) own\b", "separate, own"),
        (r"\b(comes|come|came) in\b|\b(goes|go) out\b|\bin comes\b|\bout goes\b", "Input, Output"),
        (r"\bfor ever\b|\bforever\b", "indefinitely, without bound"),
        (r"\b(whoever|nobody|somebody|everybody)\b", "name the reader, user or module"),
        (r"\bgridlock(s|ed)?\b", "deadlock"),
        (r"\bfar side\b", "the name of the country"),
        (r"\bat hand\b", "current"),
        (r"\bcome(s)? along\b|\bbring(s)? along\b", "included"),
        (r"(?<![?:] )(?<=[.] )What (?!if\b)(?:[a-z]+ )+(?:is|are|has|have|stays|counts)\b[^?]*\.", "name the subject"),
    )
)
QUOTED: Final = "lint: words"


def python_text(source: str) -> Iterator[tuple[int, str]]:
    """Lines of docstrings, without inline code, and of comments with their numbers."""
    for node in ast.walk(ast.parse(source)):
        body = getattr(node, "body", None)
        for statement in body if isinstance(body, list) else ():
            match statement:
                case ast.Expr(value=ast.Constant(value=str())):
                    lines = source.splitlines()[statement.lineno - 1 : statement.end_lineno]
                    shown = (re.sub(r"``[^`]*``", "", line) for line in lines)
                    yield from enumerate(shown, start=statement.lineno)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def prose(source: str) -> Iterator[tuple[int, str]]:
    """Lines of a page outside of code blocks and without inline code."""
    code = False
    for number, line in enumerate(source.splitlines(), start=1):
        if line.lstrip().startswith("```"):
            code = not code
        elif not code:
            yield number, re.sub(r"`[^`]*`", "", line)


def messages(source: str) -> Iterator[tuple[int, str]]:
    """Lines of a catalogue that hold sentences."""
    for number, line in enumerate(source.splitlines(), start=1):
        if line.startswith(("msgstr", '"')) and "Plural-Forms" not in line:
            yield number, re.sub(r"\{[^}]*\}", "", line)


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Numbered lines of a file that are meant for readers."""
    source = path.read_text(encoding="utf-8")
    read = {".py": python_text, ".po": messages}.get(path.suffix, prose)
    yield from ((number, line) for number, line in read(source) if QUOTED not in line)


def retired() -> list[tuple[re.Pattern[str], str]]:
    """Retired forms of terms with the term to use, from ``retired_terms.csv`` beside this file."""
    path = Path(__file__).with_name("retired_terms.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [(re.compile(row["form"]), row["use"]) for row in csv.DictReader(file)]


def findings(paths: list[Path]) -> Iterator[str]:
    """One line for each finding."""
    terms = retired()
    for path in paths:
        rules = [*WORDS, *terms] if path.suffix in (".po", ".md") else list(WORDS)
        for number, line in texts(path):
            for pattern, better in rules:
                for found in pattern.finditer(line):
                    yield f"{path.relative_to(ROOT)}:{number}: {found.group()!r}; use: {better}"


def main() -> int:
    """Print all findings."""
    named = [Path(name).resolve() for name in sys.argv[1:]]
    files = [path for folder in CODE for path in (ROOT / folder).rglob("*.py")]
    files += [path for pattern in ("sim/text/*/*.po", *PROSE) for path in ROOT.glob(pattern)]
    found = list(findings(named or sorted(files)))
    print(*found, f"{len(found)} findings", sep="\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
