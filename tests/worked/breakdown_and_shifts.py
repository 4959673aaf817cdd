"""Two cranes that fail, on shifts: both until 100, number 0 alone until 200, none until 300, then both; a job is 50 s.

======  ==============================================================================================  =======  ====
second                                                                                                  on duty  free
======  ==============================================================================================  =======  ====
10      train 0 begins                                                                                  2        1
40      number 1 fails for 100 s: one is free, the repair begins (until 140)                            1        0
45      train 1 waits
60      train 0 is done, train 1 begins                                                                 1        0
100     number 1 leaves the roster under repair: nothing changes                                        1        0
105     train 2 waits
110     train 1 is done, train 2 begins                                                                 1        0
140     the repair ends off the roster: nothing changes                                                 1        0
150     number 1 fails for 60 s, off the roster: the repair begins and takes none                       1        0
155     number 0 fails for 20 s: it waits for the job in hand
158     train 3 waits
160     train 2 is done: the repair of number 0 begins (until 180), before train 3                      0        0
180     train 3 begins                                                                                  1        0
200     number 0 leaves the roster, train 3 finishes its work                                           0        -1
205     number 0 fails for 30 s: it waits, because work of the last shift is in hand
230     train 3 is done: the repair begins and takes none                                               0        0
240     number 1 fails for 100 s: the repair begins (until 340)                                         0        0
300     both are on the roster, number 1 is under repair; trains 4 and 5 come, 4 begins                 1        0
340     number 1 is there again, train 5 begins                                                         2        0
======  ==============================================================================================  =======  ====
"""

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder


def plan() -> Plan:
    b = PlanBuilder(horizon_s=380)
    cranes = b.facility("cranes", 2)
    b.servers_over_time(cranes, [0, 100, 200, 300], [2, 1, 0, 2])
    for failed_s, server, repair_s in ((40, 1, 100), (150, 1, 60), (155, 0, 20), (205, 0, 30), (240, 1, 100)):
        b.failure(cranes, failed_s, repair_s, server)
    b.service("trains")
    b.serve(cranes, 50)
    b.end()
    b.vehicles([10, 45, 105, 158, 300, 300])
    return b.build()


ROWS = """
vehicle step queued started finished departed outcome
0       cranes   10      10       60       60 done
1       cranes   45      60      110      110 done
2       cranes  105     110      160      160 done
3       cranes  158     180      230      230 done
4       cranes  300     300      350      350 done
5       cranes  300     340        -        - in service
"""
LEFT = "60 110 160 230 350 -"
REPAIRS = "40 150 160 230 240"
