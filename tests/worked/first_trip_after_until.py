"""The first trip begins when the vehicle arrives, even after ``until_s``; further ones do not."""

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder


def plan() -> Plan:
    b = PlanBuilder(horizon_s=50)
    b.service("fleet")
    b.travel(2, "drive")
    b.end()
    b.vehicles([10], trips=3, until_s=5)
    return b.build()


ROWS = """
vehicle step queued started finished departed outcome
0       drive       10      10       12       12 done
"""
LEFT = "12"
