"""Write data/start_levels.csv: the level of each yard at the start of each day of the base year, from one run.

python tools/start_levels.py
"""

from __future__ import annotations

import argparse
import csv
import io
from datetime import timedelta

from corridors.io.atomic_files import write_atomically
from corridors.io.folders import data_root
from corridors.load import load_corridor
from sim.core.start_levels import COLUMNS, FILE
from sim.core.units import DAY_S
from sim.output.run_output import RunOutput
from sim.output.stock_levels import stock_courses
from sim.output.yards import is_yard
from sim.run import RunResult, prepare, run_scenario


def table(result: RunResult) -> str:
    """The text of the file, from a run of the base year."""
    plan, start = result.visits.plan, result.case.settings.start
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for course in stock_courses(RunOutput(result.visits)):
        if is_yard(plan)[course.stock]:
            for day in range(result.case.settings.days):
                level = course.before(day * DAY_S)
                writer.writerow([plan.labels.stock[course.stock], start + timedelta(days=day), level])
    return file.getvalue()


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    write_atomically((data_root() / FILE), (table(run_scenario(prepare(load_corridor())))).encode())
