"""Server of the web page: Streamlit with the settings of Bridgehead.

``bridgehead app`` starts this module as a separate process. The base year runs in the background while the server
starts. The server uses no internet service: no usage statistics, no look-up of an external address.
"""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from app.subprocesses import end_with_parent

FLAGS: Final[dict[str, str]] = {
    "browser.gatherUsageStats": "false",
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "server.maxUploadSize": "32",
    "logger.hideWelcomeMessage": "true",
    "runner.magicEnabled": "false",
    "runner.postScriptGC": "false",
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "theme.light.primaryColor": "#0072b2",
    "theme.light.textColor": "#333333",
    "theme.dark.primaryColor": "#5aaede",
    "theme.dark.backgroundColor": "#17171a",
    "theme.dark.secondaryBackgroundColor": "#26262b",
    "theme.dark.textColor": "#e4e4e4",
    "theme.font": "'Noto Sans', 'Segoe UI', 'Microsoft YaHei', 'PingFang SC', 'Noto Sans CJK SC', sans-serif",
}
"""Settings of Streamlit, equal to those in ``.streamlit/config.toml`` for a direct start of Streamlit.

Garbage collection after each run of the script is off: it takes longer than most of these runs and delays the others.
"""
GARBAGE: Final = 20_000
"""Objects that may be garbage before the server looks for it, through all that pages share and keep."""
HERE: Final = ("localhost", "127.0.0.1")
"""Host names accepted from browsers on this machine, unless the page is shared."""


def main(port: int, shared: bool) -> None:
    """Serve the page until the process is stopped. ``shared``: also to other machines of the network."""
    from streamlit import net_util
    from streamlit.web.cli import main as streamlit

    from app.run_cache import warm_up
    from app.shelf import SHARED

    def unknown() -> None:
        """Replace a look-up: Streamlit asks a web service for the external address of this machine."""

    net_util.get_external_ip = unknown
    gc.set_threshold(GARBAGE)
    if shared:
        os.environ[SHARED] = "1"
    warm_up()
    script = Path(__file__).parent.parent / "streamlit_app.py"
    flags = [f"--{name}={value}" for name, value in FLAGS.items()]
    flags += [f"--server.port={port}", f"--server.address={'0.0.0.0' if shared else HERE[1]}"]
    if not shared:
        flags += [f"--server.allowedHosts={name}" for name in HERE]
    streamlit(["run", str(script), *flags])


if __name__ == "__main__":
    # Also an interrupt while modules are imported ends quietly.
    with suppress(KeyboardInterrupt):
        end_with_parent(tidily=True)
        main(int(sys.argv[1]), sys.argv[2] == "shared")
