"""Data that all pages and sessions share: read once per server, never changed."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from corridors.facts import Fact
from corridors.facts import facts as read_facts
from corridors.fingerprint import fingerprint
from corridors.io.folders import data_root
from corridors.load import load_corridor
from corridors.model import Corridor
from corridors.overlay.demand_scenarios import DemandScenarios, load_demand_scenarios
from corridors.overlay.proposals import Proposal, load_proposals
from sim.experiments.shard import code_fingerprint
from sim.text.names import Language, Names


@st.cache_resource(show_spinner=False)
def baseline() -> Corridor:
    """The corridor of the base year."""
    return load_corridor()


@st.cache_resource(show_spinner=False)
def proposals() -> Mapping[str, Proposal]:
    """The proposals by id."""
    return load_proposals()


@st.cache_resource(show_spinner=False)
def demand_scenarios() -> DemandScenarios | None:
    """The forecasts of demand; None without any."""
    return load_demand_scenarios() if (data_root() / "futures.yaml").is_file() else None


@st.cache_resource(show_spinner=False)
def names(language: Language) -> Names:
    """The names of the base year in a language."""
    return Names.of(baseline(), language)


def facts() -> Mapping[str, Fact]:
    """The published figures by id."""
    return read_facts()


@st.cache_resource(show_spinner=False)
def data() -> str:
    """Fingerprint of the base year data."""
    return fingerprint(baseline())


def code() -> str:
    """Fingerprint of the program that makes results."""
    return code_fingerprint()
