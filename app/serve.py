"""The server of the web page: Streamlit with the settings that it needs here, wherever it is installed.

``bridgehead app`` starts this as a process of its own. The base year is run in the background while the server starts,
so that the first visitor finds it. Nothing asks the internet: no usage statistics, no look-up of an outer address.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from app.subprocesses import end_with_parent

FLAGS: Final[dict[str, str]] = {
    "browser.gatherUsageStats": "false",
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "server.maxUploadSize": "1",
    "logger.hideWelcomeMessage": "true",
    "runner.magicEnabled": "false",
    "runner.postScriptGC": "false",
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "theme.base": "light",
    "theme.primaryColor": "#0072b2",
    "theme.textColor": "#333333",
    "theme.font": "'Noto Sans', 'Segoe UI', 'Microsoft YaHei', 'PingFang SC', 'Noto Sans CJK SC', sans-serif",
}
"""Streamlit's settings; ``.streamlit/config.toml`` says the same to who calls Streamlit directly.

No sweep of all memory after each run of the script: it takes longer than most of these runs, and holds up the others.
"""
HERE: Final = ("localhost", "127.0.0.1")
"""The names by which a browser on this machine may ask for the page, unless it is shared."""


def main(port: int, shared: bool) -> None:
    """Serve the page until somebody stops it."""
    from streamlit import net_util
    from streamlit.web.cli import main as streamlit

    from app.run_cache import warm_up

    def unknown() -> None:
        """Streamlit would ask a web service for this machine's outer address when somebody comes from elsewhere."""

    net_util.get_external_ip = unknown
    warm_up()
    script = Path(__file__).parent.parent / "streamlit_app.py"
    flags = [f"--{name}={value}" for name, value in FLAGS.items()]
    flags += [f"--server.port={port}", f"--server.address={'0.0.0.0' if shared else HERE[1]}"]
    if not shared:
        flags += [f"--server.allowedHosts={name}" for name in HERE]
    streamlit(["run", str(script), *flags])


if __name__ == "__main__":
    end_with_parent(tidily=True)
    main(int(sys.argv[1]), sys.argv[2] == "shared")
