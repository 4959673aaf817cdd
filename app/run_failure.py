"""Runs that failed by a fault of the program or of the server, as findings: what happened and what to do.

Details, such as a traceback, are for those who run the server: they are in a file there, and the page shows its name.
"""

from __future__ import annotations

from typing import Any, Final

from corridors.findings import ERROR, Finding
from corridors.messages import message
from sim.cli.last_resort import details_file

ROOM: Final = "app_common"
ENDED: Final = "ended"
FAILED: Final = "failed"


def failed_run(scenario: str, status: str, value: Any) -> Finding:
    """The finding about a run of a scenario.

    With status ``ended`` the process of the run died, and the value is its exit status; with any other the value is
    text about an unexpected error.
    """
    if status == ENDED:
        found = "" if value is None else message("load.exit_status", ROOM, status=value)
        return Finding(ERROR, scenario, None, "", found, "", message=message("load.ended", ROOM))
    details = str(value or status)
    try:
        file = details_file([f"scenario: {scenario}", details])
    except OSError:
        reason = message("load.failed_without_file", ROOM)
        return Finding(ERROR, scenario, None, "", details, "", message=reason)
    return Finding(ERROR, scenario, None, "", "", "", message=message("load.failed", ROOM, file=file.name))
