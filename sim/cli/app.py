"""``bridgehead app``: the web page, served until Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, Final

import typer

import sim
from corridors.findings import DataError
from corridors.io.plain_files import real_path
from sim.cli import console, page_settings
from sim.cli.child_processes import own_group
from sim.cli.failure import Failure
from sim.cli.words import language, say, wrong
from sim.text.catalogue import ENGLISH

FIRST_PORT: Final = 8501
PORTS_TRIED: Final = 50
PATIENCE_S: Final = 60.0
"""Time that a slow computer may need to start the server, seconds."""
TIDY_S: Final = 5.0
"""Time for the server to end its own processes and remove their folders, seconds."""
RESULTS: Final = "BRIDGEHEAD_RESULTS"
"""Environment variable with the folder of finished batches that the page may open."""
STOPPED: Final = (0, -signal.SIGINT, 128 + signal.SIGINT, 0xC000013A)
"""Exit statuses of a server that was stopped by Ctrl-C; the last is that of Windows."""


def app(
    port: Annotated[
        int | None,
        typer.Option("--port", metavar="N", min=1, max=65535),
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser")] = False,
    share: Annotated[bool, typer.Option("--share")] = False,
    days: Annotated[
        int | None,
        typer.Option("--days", metavar="N", min=page_settings.FEWEST_DAYS, max=page_settings.MOST_DAYS),
    ] = None,
    data: Annotated[Path | None, typer.Option("--data", metavar="DIR")] = None,
    results: Annotated[Path, typer.Option("--results", metavar="DIR")] = Path("out"),
) -> None:
    """Start the web page."""
    if data is not None:
        from corridors.load import load_corridor

        load_corridor(data)
    if port is not None and not _free(port, share):
        raise DataError([wrong("--port", port, "option.free_port")])
    chosen = port or next((n for n in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED) if _free(n, share)), None)
    if chosen is None:
        raise Failure(say("app_no_port", first=FIRST_PORT, last=FIRST_PORT + PORTS_TRIED - 1))
    address = f"http://localhost:{chosen}/" + (f"?lang={language()}" if language() != ENGLISH else "")
    # Package `app` is beside package `sim`, in a checkout as in an installed package.
    root = str(Path(sim.__file__).parent.parent)
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths), RESULTS: str(real_path(results))}
    if data is not None:
        environment[page_settings.DATA] = str(real_path(data))
    if days is not None:
        environment[page_settings.DAYS] = str(days)
    page_settings.days_of(environment)
    page_settings.seconds_of(environment)
    # -P: modules of the same names in the current folder must not be imported.
    command = [sys.executable, "-P", "-m", "app.serve", str(chosen), "shared" if share else "alone"]
    # The server watches its standard input, and ends when this process does.
    server = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, **own_group())
    try:
        _wait_for(server, chosen)
        console.out().print(say("app_ready", address=address))
        if share:
            console.out().print(say("app_shared", port=chosen))
        if not no_browser:
            import webbrowser

            webbrowser.open(address)
        status = server.wait()
        if status not in STOPPED:
            raise Failure(say("app_ended", status=status))
    except KeyboardInterrupt:
        pass
    finally:
        _stop(server)


def _free(port: int, shared: bool) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if sys.platform != "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("0.0.0.0" if shared else "127.0.0.1", port))
        except OSError:
            return False
    return True


def _wait_for(server: subprocess.Popen[bytes], port: int) -> None:
    """Wait until the server answers. Raises Failure if it does not start."""
    from http.client import HTTPException
    from urllib.request import urlopen

    deadline = time.monotonic() + PATIENCE_S
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1):
                return
        except (OSError, HTTPException):
            time.sleep(0.1)
    raise Failure(say("app_not_started"))


def _stop(server: subprocess.Popen[bytes]) -> None:
    """End the server by closing its standard input; then terminate it."""
    assert server.stdin is not None
    server.stdin.close()
    try:
        server.wait(TIDY_S)
    except subprocess.TimeoutExpired:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
