"""The public interface of Bridgehead: what a notebook imports.

>>> import bridgehead as bh
>>> world = bh.example()
>>> run = world.run(days=30, warmup_days=5)
>>> run.vehicles["arrived"] > 0
True

Names in ``__all__`` stay for the life of a major version; a golden file in the tests holds their signatures. The
packages ``sim`` and ``corridors`` may be imported, too, without that promise. Objects are immutable. Tables are pandas
frames with ids as columns; :func:`units` names the unit of each column, and times are UTC.
"""

from __future__ import annotations

from typing import Final

import sim
from bridgehead.backtests import Backtest, backtest
from bridgehead.comparison import Comparison, compare
from bridgehead.errors import DataError, EngineError, RunError
from bridgehead.experiments import Results, experiment, open_results
from bridgehead.forecasts import Forecast
from bridgehead.frames import units
from bridgehead.loading import example, load, proposals, scenarios
from bridgehead.local_time import local
from bridgehead.records import Fit, Records, fit, read_log, read_state, state
from bridgehead.states import State
from bridgehead.world import Replications, Run, World

API: Final = 1
"""Version of this interface; it rises when a name in ``__all__`` goes or changes its meaning."""

__version__: Final = sim.__version__
__all__ = [
    "API",
    "Backtest",
    "Comparison",
    "DataError",
    "EngineError",
    "Fit",
    "Forecast",
    "Records",
    "Replications",
    "Results",
    "Run",
    "RunError",
    "State",
    "World",
    "backtest",
    "compare",
    "example",
    "experiment",
    "fit",
    "load",
    "local",
    "open_results",
    "proposals",
    "read_log",
    "read_state",
    "scenarios",
    "state",
    "units",
]
