"""The page overview."""

from __future__ import annotations

import streamlit as st

from app.language import say

st.header(say("overview.title"))
