"""How tests are distributed to workers: whole files, the longest first, and those that look at the web page together.

A file is the work of one worker, so what its tests share is made once, and the server of the web page and the browser
are started once. The longest files come first, so that no worker waits at the end for another one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from xdist.scheduler.loadscope import LoadScopeScheduling

WEB: Final = ("tests/app/test_browser.py", "tests/app/test_browser_views.py")
"""Files whose tests look at the web page that is served for all of them."""
LONGEST: Final = (
    *WEB,
    "tests/app/test_app.py",
    "tests/app/test_sessions.py",
    "tests/app/test_jobs.py",
    "tests/experiments/test_batch_kill.py",
    "tests/house/test_wheel.py",
    "tests/studies/test_validation.py",
    "tests/experiments/test_batch.py",
    "tests/cli/test_run_pairs.py",
    "tests/cli/test_port.py",
    "tests/studies/test_sensitivity.py",
    "tests/cli/test_example_worlds.py",
    "tests/engines/test_theory.py",
    "tests/studies/fitting/test_fit.py",
    "tests/app/test_own_records.py",
    "tests/app/test_shelf.py",
    "tests/app/test_money.py",
    "tests/app/test_own_worlds.py",
    "tests/app/test_questions.py",
    "tests/app/test_pages.py",
    "tests/cli/test_appraise.py",
    "tests/app/test_run_pool.py",
    "tests/cli/test_outputs.py",
    "tests/kpi/test_baseline.py",
    "tests/reports/test_brief.py",
    "tests/house/test_imports.py",
    "tests/cli/test_check_options.py",
    "tests/corridors/test_overloads.py",
    "tests/cli/test_plan.py",
    "tests/studies/test_marginal_capacity.py",
    "tests/cli/test_orders_checked.py",
    "tests/run/test_start_levels.py",
    "tests/studies/test_saturation.py",
    "tests/engines/test_engine_properties.py",
    "tests/experiments/test_executors.py",
    "tests/experiments/test_pool.py",
    "tests/reports/test_run_notes.py",
    "tests/experiments/test_changed_results.py",
    "tests/studies/test_best.py",
    "tests/studies/test_calibration.py",
    "tests/house/test_pages.py",
)
"""Files that take longest, from a minute of work to some seconds; others follow by their number of tests."""


def file_of(test: str) -> str:
    """The file of the id of a test."""
    return test.partition("::")[0]


def longest_first(tests: Sequence[str]) -> list[str]:
    """Ids of tests by file, the longest first; those of a file in their order."""
    place = {file: k for k, file in enumerate(LONGEST)}
    number = Counter(map(file_of, tests))
    return sorted(tests, key=lambda id: (place.get(file_of(id), len(place)), -number[file_of(id)], file_of(id)))


class WholeFiles(LoadScopeScheduling):
    """Gives each worker whole files, in the order of the tests."""

    def _split_scope(self, nodeid: str) -> str:
        file = file_of(nodeid)
        return WEB[0] if file in WEB else file
