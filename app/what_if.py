"""The page what-if."""

from __future__ import annotations

import streamlit as st

from app.language import say

st.header(say("what_if.title"))
