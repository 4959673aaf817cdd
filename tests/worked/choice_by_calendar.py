"""A gate with hours, or a road around it; a truck takes the road if the gate is expected to take longer.

The gate has one lane and takes 10 s. It is on duty up to second 20, from 30 to 34, and from 60 to 90. The road takes
as long as its bias says: 15 s for hasty trucks (0 to 4), 50 s for patient ones (5 to 8).

======  =====  ===========================================================================  =====  =====
second  truck  expected delay at the gate                                                   road   takes
======  =====  ===========================================================================  =====  =====
0       0      0: the lane is free                                                          15     gate
15      1      0: the lane is free; its work ends at 25, after the shift                    15     gate
16      2      10 s ahead, 4 s of shift left; truck 1 finishes while the gate is shut:      15     gate
               free at 30, in 14 s
17      3      truck 2 begins at 30 and finishes at 40, so free at 60: in 43 s              15     road
17      5      the same: 43 s                                                               50     gate
18      6      trucks 2 and 5 are ahead: 60 + 10, in 52 s                                   50     road
25      4      shut, truck 2 and 5 ahead: 60 less 25, in 35 s                               15     road
30             truck 2 begins, the only one in these four seconds
31      7      truck 2 has 10 s ahead and 5 another 10; 3 s of shift left: 2 finishes while
               it is shut, then 5 at 60: free at 70, in 39 s                                50     gate
60             truck 5, at 70 truck 7
85      8      the lane is free                                                             50     gate
90      9      never opens again                                                            50     road
======  =====  ===========================================================================  =====  =====
"""

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder


def plan() -> Plan:
    b = PlanBuilder(horizon_s=200)
    gate = b.facility("gate", mean_s=10)
    b.servers_over_time(gate, [0, 20, 30, 34, 60, 90], [1, 0, 1, 0, 1, 0])
    for name, road_s, arrivals in (("hasty", 15, [0, 15, 16, 17, 25]), ("patient", 50, [17, 18, 31, 85, 90])):
        b.service(name)
        b.choose([("gate", 0, [gate]), ("road", road_s, [])])
        b.label("gate")
        b.serve(gate, 10)
        b.end()
        b.label("road")
        b.travel(road_s, "road")
        b.end()
        b.vehicles(arrivals)
    return b.build()


ROWS = """
vehicle step queued started finished departed outcome
0       gate      0       0       10       10 done
1       gate     15      15       25       25 done
2       gate     16      30       40       40 done
3       road     17      17       32       32 done
4       road     25      25       40       40 done
5       gate     17      60       70       70 done
6       road     18      18       68       68 done
7       gate     31      70       80       80 done
8       gate     85      85       95       95 done
9       road     90      90      140      140 done
"""
LEFT = "10 25 40 32 40 70 68 80 95 140"
