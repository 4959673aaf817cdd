"""Data that all pages and sessions share: read once per server, never changed."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from app import home
from corridors.facts import Fact
from corridors.fingerprint import fingerprint
from corridors.model import Corridor
from corridors.overlay.demand_scenarios import DemandScenarios
from corridors.overlay.proposals import Proposal
from sim.experiments.shard import code_fingerprint
from sim.text.names import Language, Names


@st.cache_resource(show_spinner=False)
def baseline() -> Corridor:
    """The corridor of the base year."""
    return home.corridor()


@st.cache_resource(show_spinner=False)
def proposals() -> Mapping[str, Proposal]:
    """The proposals by id."""
    return home.proposals()


@st.cache_resource(show_spinner=False)
def demand_scenarios() -> DemandScenarios | None:
    """The forecasts of demand; None without any."""
    return home.demand_scenarios()


def names(language: Language) -> Names:
    """The names of the base year in a language."""
    return names_in(baseline(), language)


def names_in(corridor: Corridor, language: Language) -> Names:
    """The names of a corridor in a language, which a page needs many times."""
    return _named(corridor, language)[1]


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs={Corridor: id})
def _named(corridor: Corridor, language: Language) -> tuple[Corridor, Names]:
    # With the corridor itself: no other one has its id meanwhile.
    return corridor, Names.of(corridor, language)


def facts() -> Mapping[str, Fact]:
    """The published figures by id."""
    return home.facts()


@st.cache_resource(show_spinner=False)
def data() -> str:
    """Fingerprint of the base year data."""
    return fingerprint(baseline())


def code() -> str:
    """Fingerprint of the program that makes results."""
    return code_fingerprint()
