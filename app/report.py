"""The page report."""

from __future__ import annotations

import streamlit as st

from app.language import say

st.header(say("report.title"))
