"""Names from data on the page: shown as they are."""

from __future__ import annotations

import json

import pytest

from app.widgets.plain_text import plain_text
from tests.app.test_app import page


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Lane 1 (in) - 25%", "Lane 1 (in) - 25%"),
        ("[gate](https://x.example)", "\\[gate\\](https:\u2060//x.example)"),
        ("WWW.x.example or me@x.example", "W\u2060WW.x.example or me\u2060@x.example"),
        ("![gate](p.png)", r"!\[gate\](p.png)"),
        ("**gate** `1` $x$", r"\*\*gate\*\* \`1\` \$x\$"),
        ("<b>gate</b>", r"\<b\>gate\</b\>"),
        ("gate\n# one", "gate # one"),
        (":red[gate]", r":red\[gate\]"),
    ],
)
def test_active_characters_are_escaped(text: str, shown: str) -> None:
    assert plain_text(text) == shown


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_name_of_a_hostile_address_is_no_link(language: str) -> None:
    name = "**evil** [click](https://evil.example/login) ![x](https://evil.example/p.png)"
    change = {"op": "set", "address": "facilities.gashuunsukhait_lanes.name_en", "value": name}
    change_zh = change | {"address": "facilities.gashuunsukhait_lanes.name_zh"}
    at = page("what_if", language, port="ganqimaodu", change=[json.dumps(change), json.dumps(change_zh)])
    shown = [one.value for one in (*at.caption, *at.markdown) if "evil" in one.value]
    assert shown
    assert not [text for text in shown if "](" in text.replace(r"\](", "")]
