"""A road that is shut, and a way around it for trucks that save more than 20 s by it; see "Rerouting" in the rules.

The road takes 10 s and one truck enters it each 5 s; it is shut from second 100 to 200. The way around takes 40 s, 30
more, so with the 20 s that it must save its bias is 50 (step 2). Trucks look first whether the road is open (step 1).

======  =====  =========================================================================  ======
second  truck  delay on the road                                                          takes
======  =====  =========================================================================  ======
95      0      open: it enters at once                                                    road
95      1      open: it continues, although truck 0 keeps the entry until second 100;    road
               then the road is shut, and it waits until 200
99      2      open: it continues, and waits behind truck 1 until 205                    road
120     3      80 s until the road opens, and two are ahead: 90 s, more than 50           around
150     4      the same: 60 s                                                             around
155     5      55 s                                                                       around
160     6      50 s, as much as around: the road comes first                              road
161     7      49 s, but now three are ahead: 54 s                                        around
170     8      45 s                                                                       road
200     9      open: it continues, behind trucks 1, 2, 6 and 8, until 220                road
======  =====  =========================================================================  ======
"""

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder


def plan() -> Plan:
    b = PlanBuilder(horizon_s=400)
    entry = b.facility("entry", headway_s=5, mean_s=5)
    outlook = b.facility("outlook", servers=2**31 - 1)
    b.servers_over_time(entry, [0, 100, 200], [1, 0, 1])
    b.servers_over_time(outlook, [0, 100, 200], [2**31 - 1, 0, 2**31 - 1])
    b.service("trucks")
    b.choose([("road", 0, [outlook]), ("look", 0, [])])
    b.label("look")
    b.choose([("road", 0, [entry]), ("around", 50, [])])
    b.label("around")
    b.travel(40, "around")
    b.branch(1, "end")
    b.label("road")
    b.pass_(entry, 10, "road")
    b.label("end")
    b.end()
    b.vehicles([95, 95, 99, 120, 150, 155, 160, 161, 170, 200])
    return b.build()


ROWS = """
vehicle step   queued started finished departed outcome
0       road       95      95      105      105 done
1       road       95     200      210      210 done
2       road       99     205      215      215 done
3       around    120     120      160      160 done
4       around    150     150      190      190 done
5       around    155     155      195      195 done
6       road      160     210      220      220 done
7       around    161     161      201      201 done
8       road      170     215      225      225 done
9       road      200     220      230      230 done
"""
LEFT = "105 210 215 160 190 195 220 201 225 230"
