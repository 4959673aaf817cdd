"""Settings of the server from environment variables, checked."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import TypeVar

from corridors.findings import DataError
from sim.cli import console

Value = TypeVar("Value")


def setting(read: Callable[[Mapping[str, str]], Value]) -> Value:
    """A setting of this process; a wrong one ends the process with a finding, exit status 2.

    `bridgehead app` refuses it before it starts the server; this is for a server that Streamlit starts.
    """
    try:
        return read(os.environ)
    except DataError as error:
        console.findings(error.findings)
        sys.stderr.flush()
        os._exit(2)
