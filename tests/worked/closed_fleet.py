"""Two trucks circulate between one loading and one unloading berth; no trip starts at or after second 33.

Loading takes 5 and 5 on the first trip, 6 (truck 0) and 2 (truck 1) on the second; unloading 3; driving 4 each way.
There are draws for three trips, but the third would start too late.

=====  =======  =============  =======  =============  =======  ======================
truck  trip at  loading        out      unloading      back     then
=====  =======  =============  =======  =============  =======  ======================
0      0        0 - 5          5 - 9    9 - 12         12 - 16  16 < 33: once more
1      0        waits, 5 - 10  10 - 14  14 - 17        17 - 21  21 < 33: once more
0      16       16 - 22        22 - 26  26 - 29        29 - 33  33 is too late: leaves
1      21       waits, 22 - 24 24 - 28  waits, 29 - 32 32 - 36  36 is too late: leaves
=====  =======  =============  =======  =============  =======  ======================
"""

import numpy as np

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder


def plan() -> Plan:
    b = PlanBuilder(horizon_s=100)
    mine = b.facility("mine")
    yard = b.facility("yard")
    b.service("trucks")
    b.serve(mine, np.array([[5, 5], [6, 2], [9, 9]]))
    b.travel(4, step="out")
    b.serve(yard, 3)
    b.travel(4, step="back")
    b.end()
    b.vehicles([0, 0], trips=3, until_s=33)
    return b.build()


ROWS = """
vehicle step queued started finished departed outcome
0       mine      0       0        5        5 done
0       mine     16      16       22       22 done
0       out       5       5        9        9 done
0       out      22      22       26       26 done
0       yard      9       9       12       12 done
0       yard     26      26       29       29 done
0       back     12      12       16       16 done
0       back     29      29       33       33 done
1       mine      0       5       10       10 done
1       mine     21      22       24       24 done
1       out      10      10       14       14 done
1       out      24      24       28       28 done
1       yard     14      14       17       17 done
1       yard     28      29       32       32 done
1       back     17      17       21       21 done
1       back     32      32       36       36 done
"""
LEFT = "33 36"
