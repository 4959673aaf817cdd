"""Many sessions that move sliders at once: ``python -m benchmarks.sessions --sessions 25 --moves 8``.

Each session is a client of the server without a browser: it opens What if at a port, and moves one slider after the
other to values that no other session asks for at that moment, each as soon as the answer before is complete. Prints
seconds from a move to the end of the script, processor seconds of the server and of its workers for each move, memory
of the server's own process and of the largest worker along the moves, the number of answers that were lost, and what
the first sight of a new server takes.

It is no test: on another machine, or beside other work, the same moves take other times. Browsers are left out.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Final

PORTS: Final = ("manzhouli", "erenhot", "ganqimaodu", "ceke")
TICKS: Final = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
PAGE: Final = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
LONGEST_S: Final = 600.0
"""A move without an answer after so long is lost."""


class Session:
    """One visitor of a page; on What if, with the sliders of the port that is open."""

    def __init__(self, address: str, page: str, port: str = "") -> None:
        from websockets.sync.client import connect

        host = address.removeprefix("http://")
        self._socket = connect(f"ws://{host}/_stcore/stream", origin=address, max_size=None)
        self._page, self._query = page, f"port={port}" if port else ""
        self._states: dict[str, Any] = {}
        self.sliders: dict[str, Any] = {}
        self.first_s = 0.0
        """Seconds until the first heading of the last run of the script."""
        self.opened_s = self.run()

    def move(self, id: str, value: float) -> float:
        """Move a slider; returns the seconds until the page is complete."""
        from streamlit.proto.WidgetStates_pb2 import WidgetState

        state = WidgetState(id=id)
        state.double_array_value.data.append(value)
        self._states[id] = state
        return self.run()

    def run(self) -> float:
        """Run the script with the present states. Raises RuntimeError where the page shows an exception."""
        from streamlit.proto.BackMsg_pb2 import BackMsg
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
        from streamlit.proto.Slider_pb2 import Slider

        asked = BackMsg()
        asked.rerun_script.query_string, asked.rerun_script.page_name = self._query, self._page
        asked.rerun_script.widget_states.widgets.extend(self._states.values())
        began_s = time.monotonic()
        self.first_s = 0.0
        self._socket.send(asked.SerializeToString())
        while True:
            found = ForwardMsg()
            found.ParseFromString(self._socket.recv(timeout=LONGEST_S))  # type: ignore[arg-type]
            if found.WhichOneof("type") == "delta":
                element = found.delta.new_element
                if element.WhichOneof("type") == "heading":
                    self.first_s = self.first_s or time.monotonic() - began_s
                # Sliders of texts are sliders of Streamlit, too.
                if element.WhichOneof("type") == "slider" and element.slider.type == Slider.SLIDER:
                    self.sliders[element.slider.id] = element.slider
                if element.WhichOneof("type") == "exception":
                    raise RuntimeError(element.exception.message)
            if found.WhichOneof("type") == "script_finished" and found.script_finished == 0:
                return time.monotonic() - began_s

    def close(self) -> None:
        """Leave the page."""
        self._socket.close()


def family(root: int) -> list[int]:
    """A process and all below it, on Linux."""
    parent = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parent[int(entry.parent.name)] = int(fields[1])
    found = [root]
    for id in found:
        found += [child for child, above in parent.items() if above == id]
    return found


def cpu_s(ids: list[int]) -> float:
    """Processor time of processes, seconds, with that of their children that have ended."""
    total = 0
    for id in ids:
        try:
            fields = Path(f"/proc/{id}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(int(one) for one in fields[11:15])
    return total / TICKS


def memory_mb(id: int) -> float:
    """Resident memory of one process, MB."""
    return int(Path(f"/proc/{id}/statm").read_text().split()[1]) * PAGE / 1e6


def largest_mb(ids: list[int]) -> float:
    """Resident memory of the largest of some processes, MB; 0 for none."""
    return max(map(memory_mb, ids), default=0.0)


def server_of(root: int) -> int:
    """The process that serves the page: the one of the family that began with ``app.serve``."""
    for id in family(root):
        if b"app.serve" in command_of(id):
            return id
    raise RuntimeError("no server")


def workers_of(server: int) -> list[int]:
    """The processes of short runs of a server."""
    return [id for id in family(server) if b"app.run_worker" in command_of(id)]


def wait_for_base_year(root: int) -> None:
    """Wait until the run of the base year, which every new server begins with, has ended."""
    time.sleep(3)
    while any(b"app.base_year" in command_of(id) for id in family(root)):
        time.sleep(1)


def command_of(id: int) -> bytes:
    """The command line of a process; b"" if it has ended."""
    try:
        return Path(f"/proc/{id}/cmdline").read_bytes()
    except OSError:
        return b""


def first_sight(address: str, root: int) -> None:
    """Open the first page and the Overview of a server that has just begun, and print what each took."""
    server = server_of(root)
    for page in ("questions", "overview"):
        before = cpu_s([server])
        visitor = Session(address, page)
        print(
            f"first sight of {page}: {visitor.first_s:.2f} s, all of it {visitor.opened_s:.2f} s, "
            f"{cpu_s([server]) - before:.2f} s of the processor"
        )
        visitor.close()


def measure(address: str, root: int, sessions: int, moves: int, seed: int) -> None:
    """Move sliders in all sessions at once, and print what it took."""
    server, draw = server_of(root), random.Random(seed)
    visitors = [Session(address, "what_if", PORTS[k % len(PORTS)]) for k in range(sessions)]
    plans = [[draw.randrange(10**9) for _ in range(moves)] for _ in visitors]
    took: list[float] = []
    lost: list[str] = []
    memory = [(0, memory_mb(server), largest_mb(workers_of(server)))]
    lock = threading.Lock()

    def work(visitor: Session, plan: list[int]) -> None:
        for number in plan:
            one = list(visitor.sliders.values())[number % len(visitor.sliders)]
            steps = int((one.max - one.min) / (one.step or 1))
            try:
                seconds = visitor.move(one.id, one.min + (number // 100 % (steps + 1)) * (one.step or 1))
            except Exception as error:
                lost.append(f"{type(error).__name__}: {error}")
                return
            with lock:
                took.append(seconds)
                if len(took) % max(1, sessions * moves // 8) == 0:
                    memory.append((len(took), memory_mb(server), largest_mb(workers_of(server))))

    before, of_server = cpu_s(family(server)), cpu_s([server])
    threads = [threading.Thread(target=work, args=pair) for pair in zip(visitors, plans, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    used, own = cpu_s(family(server)) - before, cpu_s([server]) - of_server
    took.sort()
    if not took:
        raise RuntimeError(f"no move was answered: {lost[:2]}")
    print(f"{sessions} sessions, {len(took)} moves answered, {len(lost)} lost {lost[:2]}")
    print(
        f"seconds a move: median {took[len(took) // 2]:.2f}, p95 {took[int(0.95 * len(took))]:.2f}, most {took[-1]:.2f}"
    )
    n = max(1, len(took))
    print(f"processor seconds a move: {used / n:.2f}, of these {own / n:.2f} the server, the others its workers")
    print("memory of the server, MB:", ", ".join(f"{n}: {mb:.0f}" for n, mb, _ in memory))
    print("memory of the largest worker, MB:", ", ".join(f"{n}: {mb:.0f}" for n, _, mb in memory))
    for visitor in visitors:
        visitor.close()


def main() -> None:
    """Serve the page and measure it, as the command line says."""
    from tests.helpers import web_page

    parser = argparse.ArgumentParser(description="Many sessions that move sliders at once.")
    parser.add_argument("--sessions", type=int, default=25, help="default: %(default)s")
    parser.add_argument("--moves", type=int, default=8, help="of each session, default: %(default)s")
    parser.add_argument("--days", type=int, default=42, help="of a short run, default: %(default)s")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, web_page.served(Path(folder), days=given.days) as address:
        first_sight(address, os.getpid())
        wait_for_base_year(os.getpid())
        measure(address, os.getpid(), given.sessions, given.moves, given.seed)


if __name__ == "__main__":
    main()
