"""Write docs/rules.md from sim/text/rules.yaml and the catalogues: every rule of the check with its examples.

python tools/rules_page.py
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Iterable, Sequence
from itertools import groupby, product
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
TESTS: Final = "tests/corridors/test_rules.py"
HEAD: Final = """# Rules of the check

`bridgehead check` applies these rules to tables, proposals, scenarios and demand scenarios. Each finding has the code
of its rule; `bridgehead explain CODE` prints the rule in English or Chinese, and `bridgehead check --ignore CODE`
leaves its findings out. The families `map`, `log` and `state` are about [own records](records.md).

Examples show the columns that matter: put into the tables of a small border, the bad ones
raise the rule and the good ones raise nothing. Words in square brackets stand for
the values of a case. Below each rule are the modules that raise it and the command that runs its test alone.
The page is made by `python tools/rules_page.py`.
"""
ROOMS: Final = ("corridors", "sim")
"""Where rules are raised; in `sim` only those that no module of `corridors` has."""


def modules(folders: Iterable[Path]) -> dict[str, dict[str, list[str]]]:
    """By room and text: the modules in which the text is a constant."""
    found: dict[str, dict[str, list[str]]] = {}
    for room, folder in product(ROOMS, folders):
        for file in sorted((folder / room).rglob("*.py")):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
            for text in texts:
                if isinstance(text, str):
                    found.setdefault(room, {}).setdefault(text, []).append(file.relative_to(folder).as_posix())
    return found


def page(folders: Sequence[Path] = (ROOT,)) -> str:
    """The text of the page; ``folders`` have the modules that raise rules."""
    from sim.text.catalogue import say
    from sim.text.rules import codes, examples, sentence_of, texts_of, title

    parts, by_room = [HEAD], modules(folders)
    for family, group in groupby(codes(), key=lambda code: code.partition(".")[0]):
        parts.append(f"\n## {family}\n")
        for code in group:
            parts.append(f"\n### {code}\n\n{title(code, 'en')}\n\nMessage: `{sentence_of(code, 'en')}`\n")
            for kind, (where, text) in texts_of(code, "en").items() if code in examples() else ():
                parts.append(f"\n{kind.capitalize()}, {where}:\n\n```text\n{text.rstrip()}\n```\n")
            if code not in examples():
                parts.append(f"\nNo example: {say(f'rules.{code}.no_example', 'en')}\n")
            parts.append(f"\nHow to mend it: {say(f'rules.{code}.mend', 'en')}\n")
            raised = next(by_room[room][code] for room in ROOMS if code in by_room[room])
            names = ", ".join(f"`{name}`" for name in raised)
            parts.append(f'\nCode: {names}. Test: `pytest {TESTS} -k "[{code}]"`\n')
    return "".join(parts)


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    sys.path.insert(0, str(ROOT))
    from corridors.io.atomic_files import write_atomically

    write_atomically(ROOT / "docs" / "rules.md", page().encode())
