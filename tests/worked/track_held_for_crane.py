"""A train keeps its track while it waits for the crane, so a third train waits outside: two tracks, one crane.

Shunting takes 2 s, the crane 10 s. From 3 to 12 train 1 is ready and blocks a track, from 14 to 22 train 2 does.

======  =====================================================  ========  ========  =================
second  what happens                                           on track  at crane  waiting
======  =====================================================  ========  ========  =================
0       0 onto a track                                         0
1       1 onto a track                                         0, 1
2       0 to the crane; 2 comes, no track                      0, 1      0         2 (track)
3       1 is ready for the crane                               0, 1      0         2 (track), 1
12      0 gives up crane and track; 1 to the crane, 2 onto     1, 2      1
        the track
14      2 is ready for the crane                               1, 2      1         2
22      1 gives up crane and track; 2 to the crane             2         2
32      2 gives up crane and track
======  =====================================================  ========  ========  =================
"""

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder


def plan() -> Plan:
    b = PlanBuilder(horizon_s=100)
    track = b.facility("track", servers=2)
    crane = b.facility("crane")
    b.service("trains")
    b.hold(track, 2)
    b.serve(crane, 10)
    b.free(track)
    b.end()
    b.vehicles([0, 1, 2])
    return b.build()


ROWS = """
vehicle step  queued started finished departed outcome
0       track      0       0        2       12 done
0       crane      2       2       12       12 done
1       track      1       1        3       22 done
1       crane      3      12       22       22 done
2       track      2      12       14       32 done
2       crane     14      22       32       32 done
"""
LEFT = "12 22 32"
