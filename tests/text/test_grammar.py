"""Counts in messages: plural forms wherever a number is beside a noun, in every catalogue and language."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator

import polib
import pytest

from sim.reports.number_format import general
from sim.text.catalogue import FOLDER, _filled, languages, say
from tests.helpers.catalogue_files import catalogue_file

ROOMS = sorted(path.stem for path in (FOLDER / "en").glob("*.po"))
CATALOGUES = [
    (language, room) for language in languages() for room in ROOMS if (FOLDER / language / f"{room}.po").exists()
]
COUNTED = re.compile(
    r"(?<!\d)\{(?P<name>\w+)(?::(?P<form>[^}]*))?\}[ \n-](?:(?P<first>[A-Za-z]+)(?: (?P<second>[a-z]+))?)"
)
"""A value and the two words behind it."""
NOT_NOUNS = frozenset("as begins connects delivers does ends grows has is its means needs overtakes uses waits".split())  # noqa: SIM905
"""Words that end in s but name nothing that is counted."""
NOT_COUNTS = frozenset("address future kind name since thing traffic vehicle wanted work".split())  # noqa: SIM905
"""Values that are texts."""
IRREGULAR = frozenset({"people"})
NEVER_ONE = {
    ("answer", "unit.crossings"),  # The text of a number, which n counts.
    ("answer", "unit.vehicle_h"),  # Of one vehicle.
    ("app_common", "records.at_most_rows"),  # A fixed limit.
    ("app_own_records", "files"),  # A fixed limit.
    ("app_own_records", "past_note"),  # Fixed numbers above one.
    ("app_shelf", "full"),  # A fixed limit.
    ("app_shelf", "full_shared"),
    ("cli", "vehicle_longest"),  # Of several trips.
    ("findings", "want.short_cells"),  # A fixed limit.
    ("app_replay", "c_graph_first"),  # A fixed limit.
    ("portfolio", "selected"),  # Of several.
    ("portfolio", "selected_not"),
    ("python", "forecast_days"),  # A fixed limit.
    ("resilience", "recovers"),  # A number with its interval.
    ("resilience", "season"),  # A month, and a ratio with a decimal.
    ("runs", "want.appraisal_to"),
    ("runs", "want.runs_and_rows"),  # A fixed limit.
    ("runs", "settings.too_long"),  # A limit of years.
    ("results", "growing.inland"),  # Numbers of three significant digits, after which English has the plural.
    ("results", "growing.mixed"),
    ("results", "growing.port"),
    ("results", "growing.stopped"),
    ("results", "growing.uneven"),
    ("results", "growing.weekly_inland"),  # The same.
    ("results", "growing.weekly"),  # The same, and weeks from three on.
    ("results", "growing.too_short_inland"),  # The same.
    ("results", "growing.too_short"),  # The same, and days from four on.
    ("answer", "unit.days"),
    ("answer", "unit.trips"),
    ("findings", "want.server_hours"),  # A number with a decimal, after which English has the plural.
    ("findings", "capacity.filled_stock"),  # The same.
}


def entries(language: str, room: str) -> Iterator[polib.POEntry]:
    yield from catalogue_file(language, room, FOLDER)


def forms(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) or [entry.msgstr]


def fields(text: str) -> Iterator[tuple[str, str]]:
    for _, name, form, _ in string.Formatter().parse(text):
        if name is not None:
            yield name, form or ""


def plural_nouns(text: str) -> Iterator[tuple[str, str]]:
    """Values that are followed by what looks like a plural noun: (name, noun)."""
    for found in COUNTED.finditer(text):
        if found["name"] in NOT_COUNTS or (found["form"] or "").startswith("@"):
            continue
        for word in (found["first"], found["second"]):
            if word and word.islower() and word not in NOT_NOUNS and (word in IRREGULAR or re.search("[^s]s$", word)):
                yield found["name"], word
                break


def test_the_search_for_nouns_finds_them() -> None:
    assert list(plural_nouns("{n:,} vehicles came")) == [("n", "vehicles")]
    assert list(plural_nouns("{done:,} of {total} paired replications")) == [("total", "replications")]
    assert list(plural_nouns("{n:@trains} and {thing} is shut")) == []


@pytest.mark.parametrize("room", ROOMS)
def test_a_number_beside_a_noun_has_plural_forms(room: str) -> None:
    """Texts that name a plural beside a value have a form for one, or insert a message that has one."""
    wrong = []
    for entry in entries("en", room):
        if (room, entry.msgid) in NEVER_ONE:
            continue
        for text in forms(entry):
            for name, noun in plural_nouns(text):
                if not (entry.msgid_plural and name == "n"):
                    wrong.append((entry.msgid, name, noun))
    assert wrong == []


@pytest.mark.parametrize(("language", "room"), CATALOGUES)
def test_plural_forms_are_as_many_as_the_language_has(language: str, room: str) -> None:
    book = catalogue_file(language, room, FOLDER)
    declared = re.search(r"nplurals=(\d)", book.metadata["Plural-Forms"])
    assert declared
    for entry in book:
        if entry.msgid_plural:
            assert len(entry.msgstr_plural) == int(declared[1]), entry.msgid


@pytest.mark.parametrize(("language", "room"), CATALOGUES)
def test_what_a_message_inserts_is_counted(language: str, room: str) -> None:
    known = {entry.msgid: entry for entry in entries(language, room)}
    for entry in known.values():
        for text in forms(entry):
            for _, form in fields(text):
                if form.startswith("@"):
                    assert known[form[1:]].msgid_plural, (entry.msgid, form)


@pytest.mark.parametrize(("language", "room"), CATALOGUES)
def test_the_message_for_none_belongs_to_a_counted_one(language: str, room: str) -> None:
    known = {entry.msgid: entry for entry in entries(language, room)}
    for id, entry in known.items():
        if id.endswith(".none") and id.removesuffix(".none") in known:
            assert known[id.removesuffix(".none")].msgid_plural
            assert "n" not in dict(fields(entry.msgstr))


def test_none_one_and_many_have_their_own_words() -> None:
    settings = {"scenarios": 1, "pairs": 1, "days": 1, "start": "2025-01-01", "base": "the baseline"}
    texts = [say("comparison.against", "en", **settings, warmup=n) for n in (0, 1, 2)]
    assert texts == [
        f"1 scenario compared with the baseline: 1 paired replication of 1 day from 2025-01-01{tail}."
        for tail in (
            ", without a warm-up period",
            ", of which the first day is the warm-up period and is not measured",
            ", of which the first 2 days are the warm-up period and are not measured",
        )
    ]
    assert "不设预热期" in say("comparison.against", "zh", **settings, warmup=0)


@pytest.mark.parametrize(
    ("n", "text"), [(0, "0 days"), (1, "1 day"), (2, "2 days"), (1.0, "1.0 day"), (1.5, "1.5 days")]
)
def test_whole_numbers_are_counts_and_fractions_are_plural(n: float, text: str) -> None:
    assert say("cli.days", "en", n=n) == text


@pytest.mark.parametrize(
    ("n", "form", "text"),
    [
        (254.0, ".2g", "250"),
        (1_234_567.0, "g", "1,234,570"),
        (0.00001, "g", "0.00001"),
        (5.0, "g", "5"),
        (1e21, ",.6g", "1,000,000,000,000,000,000,000"),
    ],
)
def test_numbers_of_messages_have_no_exponent(n: float, form: str, text: str) -> None:
    assert _filled(f"{{n:{form}}} h", "en", "common", {"n": n}) == f"{text} h"
    assert general(n, 2) == {254.0: "250", 1_234_567.0: "1,200,000", 0.00001: "0.00001", 5.0: "5"}.get(n, text)
