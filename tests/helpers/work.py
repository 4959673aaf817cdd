"""How much work a call does, counted in steps of Python: the same on every machine and under every load."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def steps_run(call: Callable[[], object]) -> int:
    """How many steps of byte code a call runs, so that each turn of a comprehension counts, too.

    What compiled libraries do is not counted. Counting makes the call many times slower.
    """
    steps = 0

    def count(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal steps
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        steps += event == "opcode"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        call()
    finally:
        sys.settrace(before)
    return steps
