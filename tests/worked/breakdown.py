"""A crane with one server fails twice during the first job; a train takes 60 s.

======  =====================================================================
second
======  =====================================================================
0       train 0 begins; 1 and 2 wait
30      a failure comes, with a repair of 30 s: it lets the job end
45      a second failure comes, with a repair of 10 s
60      train 0 is done; the first repair begins, before the trains that wait
90      the first repair ends, the second begins
100     the server is there again: train 1
160     train 2
======  =====================================================================
"""

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder


def plan() -> Plan:
    b = PlanBuilder(horizon_s=200)
    crane = b.facility("crane")
    b.failure(crane, 30, repair_s=30)
    b.failure(crane, 45, repair_s=10)
    b.service("trains")
    b.serve(crane, 60)
    b.end()
    b.vehicles([0, 0, 0])
    return b.build()


ROWS = """
vehicle step queued started finished departed outcome
0       crane     0       0       60       60 done
1       crane     0     100      160      160 done
2       crane     0     160        -        - in service
"""
LEFT = "60 160 -"
REPAIRS = "60 90"
