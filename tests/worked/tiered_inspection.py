"""Inspection in tiers: papers of every truck, a scan of some, unloading of a few; one server each.

Papers take 2, a scan 5, unloading 20. Drawn beforehand: 0 and 3 are not scanned; 1 is scanned, 2 is unloaded too.

=====  ======  =============  =============  =========  ========
truck  comes   papers         scan           unloading  released
=====  ======  =============  =============  =========  ========
0      0       0 - 2                                    2
1      1       waits, 2 - 4   4 - 9                     9
2      2       waits, 4 - 6   waits, 9 - 14  14 - 34    34
3      3       waits, 6 - 8                             8
=====  ======  =============  =============  =========  ========
"""

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder


def plan() -> Plan:
    b = PlanBuilder(horizon_s=100)
    papers = b.facility("papers")
    scan = b.facility("scan")
    unload = b.facility("unload")
    b.service("trucks")
    b.serve(papers, 2)
    b.branch([1, 0, 0, 1], to="release")
    b.serve(scan, 5)
    b.branch([1, 1, 0, 1], to="release")
    b.serve(unload, 20)
    b.label("release")
    b.mark("release")
    b.end()
    b.vehicles([0, 1, 2, 3])
    return b.build()


ROWS = """
vehicle step    queued started finished departed outcome
0       papers       0       0        2        2 done
0       release      2       2        2        2 done
1       papers       1       2        4        4 done
1       scan         4       4        9        9 done
1       release      9       9        9        9 done
2       papers       2       4        6        6 done
2       scan         6       9       14       14 done
2       unload      14      14       34       34 done
2       release     34      34       34       34 done
3       papers       3       6        8        8 done
3       release      8       8        8        8 done
"""
LEFT = "2 9 34 8"
