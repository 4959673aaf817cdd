"""Two crossings: the near one, and one that is 20 s farther; each truck takes the one with the less expected delay.

A truck takes 10 s at either. Near has one lane, far has two. With all lanes busy, delay is 10 x ahead near, and 20 +
10 x (ahead - 1) // 2 far, where those ahead wait or are in a lane. Trucks of one second choose one after the other,
and each sees those who chose before it in the queue, because lanes are handed out only when all have chosen.

======  =====  ====  ===  ====================  ===================================
second  truck  near  far  takes                 waiting after that (near | far)
======  =====  ====  ===  ====================  ===================================
0       0      0     20   near                  0 |
0       1      10    20   near                  0, 1 |
0       2      20    20   near (first listed)   0, 1, 2 |
0       3      30    20   far                   0, 1, 2 | 3
0       4      30    20   far (a second lane)   0, 1, 2 | 3, 4
0              lanes go to 0, 3 and 4           1, 2 |
5       5      30    25   far                   1, 2 | 5
5       6      30    30   near (first listed)   1, 2, 6 | 5
5       7      40    30   far                   1, 2, 6 | 5, 7
10             lanes go to 1, 5 and 7           2, 6 |
20             the lane goes to 2               6 |
30             the lane goes to 6
======  =====  ====  ===  ====================  ===================================
"""

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder


def plan() -> Plan:
    b = PlanBuilder(horizon_s=100)
    near = b.facility("near", mean_s=10)
    far = b.facility("far", servers=2, mean_s=10)
    b.service("trucks")
    b.choose([("near", 0, [near]), ("far", 20, [far])])
    b.label("near")
    b.serve(near, 10)
    b.branch(1, to="out")
    b.label("far")
    b.serve(far, 10)
    b.label("out")
    b.end()
    b.vehicles([0, 0, 0, 0, 0, 5, 5, 5])
    return b.build()


ROWS = """
vehicle step queued started finished departed outcome
0       near      0       0       10       10 done
1       near      0      10       20       20 done
2       near      0      20       30       30 done
3       far       0       0       10       10 done
4       far       0       0       10       10 done
5       far       5      10       20       20 done
6       near      5      30       40       40 done
7       far       5      10       20       20 done
"""
LEFT = "10 20 30 10 10 20 40 20"
