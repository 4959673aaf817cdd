"""Deadlock of two trains: each keeps the track that the other needs.

Nothing more happens, and the trace shows it.

Tracks a and b, one train each. Train 0 goes from a to b, train 1 from b to a, and each gives up its track only when
it has the next one. Train 2 waits behind them.

======  ================================  ====  ====  =====================
second  what happens                      on a  on b  waiting
======  ================================  ====  ====  =====================
0       0 onto a, 1 onto b (5 s)          0     1
1       2 comes                           0     1     2 (track_a)
5       0 wants b, 1 wants a              0     1     2, 1 (a); 0 (b)
1000    horizon: as before                0     1     2, 1 (a); 0 (b)
======  ================================  ====  ====  =====================
"""

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder


def plan() -> Plan:
    b = PlanBuilder(horizon_s=1000)
    track_a = b.facility("a")
    track_b = b.facility("b")
    b.service("eastbound")
    b.hold(track_a, 5)
    b.hold(track_b, 5)
    b.free(track_a)
    b.free(track_b)
    b.end()
    b.vehicles([0])
    b.service("westbound")
    b.hold(track_b, 5)
    b.hold(track_a, 5)
    b.free(track_b)
    b.free(track_a)
    b.end()
    b.vehicles([0])
    b.service("local")
    b.serve(track_a, 5)
    b.end()
    b.vehicles([1])
    return b.build()


ROWS = """
vehicle step queued started finished departed outcome
0       a         0       0        5        - held
0       b         5       -        -        - waiting
1       b         0       0        5        - held
1       a         5       -        -        - waiting
2       a         1       -        -        - waiting
"""
LEFT = "- - -"
