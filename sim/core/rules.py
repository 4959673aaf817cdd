"""The rules that every engine obeys: step codes, the order of an instant, and the rule of choice.

An engine takes a :class:`sim.core.plan.Plan` and returns a :class:`sim.core.trace.Trace`. Two engines that obey this
page return the same trace, row for row. It is written as prose first, because prose is what both are checked
against; the constants here are the only code they share. ``docs/conformance.md`` is a kit for further engines.

Time
    int64 seconds since the plan's epoch. Events with ``time < plan.horizon_s`` happen; nothing later does.

The order of an instant
    Every instant *t* has two phases, which alternate until nothing more happens at *t*:

    **Phase A, events of the system.** In any order (the handlers commute):
    vehicles arrive; timed work ends; a path's server frees itself when its headway is over; calendar
    differences are added to the servers of a facility; failures come; repairs end; stocks are set (daily
    quotas). A vehicle whose work ends, or that arrives, *advances*: it walks through its program until it
    reaches a step at which it must wait or spend time (see "Steps"), through a TRAVEL of length zero and through END
    into its next trip, too.

    **Phase B, allocation.**
    0. In the first phase B of an instant: the checks of controllers at this second (see "Controllers").
    1. If there are choosers (vehicles at a CHOOSE step), the one with the least vehicle key looks at the queues as
       they are now, picks an alternative (see "Choice") and advances, as in phase A; then phase B begins anew. So
       the next chooser sees what this one did: the queue that it joined, the server that it gave up, the next trip
       that it began. If it meets a second CHOOSE it is among the choosers again, and may be the next.
       Steps 2 and 3 come when no chooser is left.
    2. Each facility, in index order: failures that can begin their repair do so (see "Breakdowns"); then,
       while ``free > 0`` and its queue is not empty, serve the first by (priority, queued at, vehicle key).
       Queues at different facilities do not interact within this step.
    3. Each stock, in index order, to a fixpoint: the first of its return queue goes if ``level + amount <=
       capacity``; then the first of its draw queue goes if ``level >= amount``; again while either moved. Both
       queues are ordered by (priority, queued at, vehicle key), and no vehicle overtakes the first.

    A vehicle with a grant in phase B advances in the phase A in which the granted work is over: the next one, at the
    same instant, if the work has no duration. Until then it keeps its server, so no server is given twice in one
    phase B; and the server of a PASS without headway frees itself in the next phase A likewise.

Servers
    The roster of a facility is ``facility_servers[f]`` plus all calendar differences so far (shifts, closures).
    ``on_duty[f]`` is the roster less the servers under repair (see "Breakdowns"), and ``free[f]`` is ``on_duty[f]``
    less those that vehicles or headways keep. At the end of a shift the busy finish their work: ``free`` may go below
    zero, nothing is pre-empted.

Breakdowns
    The servers of a facility are numbered from 0; those with a number below the roster are on it. A failure has a
    second, a facility, the number of a server and the length of its repair, at least 1 s. It comes at its second and
    waits. In phase B the waiting failures of a facility are looked at in order of (second, number), each once; the
    repair of one begins if no other repair of the same number is under way, and

    * ``free > 0``: the repair takes a server; or
    * its number is not on the roster and ``free >= 0``: the repair takes none.

    So a failure lets the job in hand end, goes before every vehicle that waits, and none is lost: those that come while
    the servers are at work wait for them, one after the other. While the facility is shut, a repair begins at once
    unless work of the last shift is still in hand. Servers are alike: the repair takes any that is free.

    A repair ends in phase A, its length after it began, whatever the calendar does meanwhile. As long as it is under
    way, ``on_duty`` and ``free`` are one less whenever its number is on the roster: a server that leaves the roster
    under repair changes neither, and one that joins it under repair adds nothing until the repair ends.

Controllers
    A controller watches queues and shuts a stock by them. It has the stock, facilities and services that it counts, the
    numbers ``above`` and ``below``, and a least length in seconds; at the start it is not *in force*. A check is a
    second and a controller. It is made in the first phase B of its second, when phase A has nothing left to do, before
    everything else of phase B, and also if nothing else happens then. The checks of one second are made in the order
    of their controllers; each

    * counts the vehicles of its services that wait in the queue of one of its facilities; a facility that is listed
      twice counts twice. Vehicles that would be served in this phase B still wait.
    * If the controller is not in force and the count is at least ``above``: it is in force from now on, and the level
      of its stock is set to 0.
    * If it is in force, the count is less than ``below``, and it has been in force for at least its least length: it is
      in force no longer, and the level of its stock is set to the capacity.

    Its stock is otherwise one like all others; what waits for it may move in step 3 of the same phase B.

Steps (``op_code``)
    ====== ============ =========================================================== ==========
    code   name         action of the vehicle                                       trace row?
    ====== ============ =========================================================== ==========
    0      END          ends the trip: leaves, or starts its next trip (fleets)     no
    1      TRAVEL       spends ``duration``                                         yes
    2      SERVE        queues for a server, keeps it for ``duration``, gives it up yes
    3      HOLD         queues for a server, spends ``duration``, *keeps* the server yes
    4      PASS         queues for a server; the server frees itself after the      yes
                        facility's headway, the vehicle continues after ``duration``
    5      FREE         gives up the server kept by the HOLD with the same slot     no
    6      DRAW         queues to take ``amount`` from a stock                      yes
    7      RETURN       queues to give ``amount`` to a stock                        yes
    8      BRANCH       drawn outcome 1: jumps to ``op_jump``; 0: continues         no
    9      CHOOSE       picks an alternative by the rule of choice and jumps to it  no
    10     MARK         leaves a time stamp                                         yes
    ====== ============ =========================================================== ==========

    Jumps only go forward. The first trip begins when the vehicle arrives, whatever ``vehicle_until_s`` says. At END of
    a vehicle with trips left (``trip + 1 < vehicle_trips``) and before ``vehicle_until_s``, the next trip starts at the
    same instant at ``service_entry``; otherwise the vehicle leaves. A vehicle holds nothing at END. It may queue for a
    second server of a facility of which it keeps one, by SERVE or PASS, but not by HOLD.

Trace rows
    One row per vehicle, trip and recorded step: ``queued_s`` (reached the step), ``started_s`` (granted; equals
    queued for TRAVEL and MARK), ``finished_s`` (work done), ``departed_s`` (equals finished except for HOLD, where it
    is the FREE; for PASS it is when the vehicle continues, not when the headway is over). The time of an event at or
    after the horizon is -1. The outcome is the first that holds: started is -1, waiting; finished is -1, in service;
    departed is -1, held; else done. DRAW, RETURN and MARK have no duration: started = finished = departed. Rows are in
    order of (vehicle, op, queued), those that are equal in all three as the vehicle lived them. For each vehicle there
    is the second in which it left, -1 if it did not. Beside the rows there is, for
    each failure, the second in which its repair began, and for each check the vehicles that it counted.

Choice
    Alternative *k* of a CHOOSE step has a bias in seconds (its running time and money, in seconds; it may be
    negative) and a list of facilities to watch. Its expected delay is the bias plus the expected delay at each entry
    of the list: a facility that is listed twice counts twice. The least wins; ties go to the alternative listed
    first.

    The expected delay at a facility is how long a vehicle would wait for a server if it joined the queue now, behind
    all who are there, if every visit kept its server for ``facility_mean_s``, and if the servers came and went as the
    calendar and the repairs under way have it. It is computed in integers, with ``mean_s = facility_mean_s[f]``;
    ``on_duty(t)``, the roster after all calendar differences up to and including second *t*, less the repairs under
    way now that end after *t* and whose number is on that roster; ``waiting``, the vehicles in its queue; and
    ``busy = on_duty(now) - free[f]``, the servers that vehicles or headways keep now. A change at *t* is a calendar
    difference of the facility or the end of a repair, before the horizon. Failures to come, and those that wait, are
    not foreseen::

        work = (waiting + busy) * mean_s                      # server-seconds ahead of the chooser
        t = now
        repeat:
            n = on_duty(t)
            if n > 0:
                end = the next second after t with a change, infinite if there is none
                wait = max(0, work - (n - 1) * mean_s) // n   # until less is ahead than n servers have in hand
                if wait < end - t:
                    the delay is min(t + wait - now, NEVER_S)
                work = work - n * (end - t)
                busy = n
            else:                                             # shut: those at work finish, the others wait
                end = the next second after t with on_duty(end) > 0
                if there is none before the horizon: the delay is NEVER_S
                left = max(0, ceil(work / mean_s) - busy)     # still waiting; 0 if mean_s is 0
                work = work - min(work - left * mean_s, busy * (end - t))
            t = end

    So the delay is 0 where a server is free for the chooser; ``(waiting + busy + 1 - n) * mean_s // n`` where *n*
    servers stay on duty; at a facility that is shut, the time until it opens and what is then still ahead; and a
    facility that opens for a moment serves only those who can begin in that moment.

    All in the queue count as ahead, of any priority, and so do those who joined it earlier in the same phase
    B; a chooser that keeps a server of the facility itself counts among the busy. A chooser that comes to a second
    CHOOSE looks again at what is there then. Where nothing is watched, the bias alone decides.

Rerouting
    An engine has no rule for it: a vehicle that may take a detour around a closed link comes to two or three CHOOSE
    steps in a row, which ``sim.compile.programs`` writes. It does so before its travel if a closure shuts a link of its
    way during the run, and again before each such link. The *way* is the rest of its way to the end of the travel; the
    *detours* are other ways from here to there over links of its mode (``sim.compile.detours``). A closure shuts a link
    if it leaves no share of it; days on which it does are foreseen.

    The *outlook* of a way is a facility that no vehicle visits. It has room for all while a vehicle that leaves now
    would meet no closed link, each reached after the running times before it, and for none else. So the expected delay
    there is the time until a vehicle can leave that meets none: NEVER_S after the last such second before the horizon.

    1. Watch the outlook of the way. If the delay is 0, the vehicle continues: no queue makes it leave an open way.
    2. Otherwise the way has a bias of 0, and each detour that of its longer running time plus ``reroute_after_h`` in
       seconds; the least expected delay wins, the way in a tie. Each way watches the entries of those of its links that
       have train paths and that no closure shuts during the run (their queues, as they are now), and for those that one
       shuts the outlook; if that is one link, and the first of the way, its entry instead: the time until it opens, and
       the queue there.
    3. If the first link of the way is one that a closure shuts, a later one is, too, and step 2 has the vehicle
       continue: the same again, with the entry of the first link in place of the outlook of the way. So the delay on
       the way is the larger one of both.

    Where the outlook of the way is closed in the last second of the run, but opens some time later, an engine does not
    know it. Then step 2 is preceded by a CHOOSE that watches a facility which is shut, for good, when the outlook
    closes for the last time; from then on another one replaces steps 2 and 3. There the way watches, in place of its
    outlook, a facility that opens in that last second, and has as bias the seconds from then to the opening. So no
    decision depends on the length of the run, but that the queue before the closed link does not count in this case.

    So a vehicle takes a detour if the time saved exceeds ``reroute_after_h``. On a detour it does not decide again, nor
    while it waits; it is served in order of arrival like all others. At the end of the travel all ways meet.

What a plan promises
    ``sim.core.plan_validation.validate`` checks all of it before an engine runs, in memory that grows with the plan
    alone; an engine need not. All arrays are one-dimensional and as long as ``sim.core.plan`` says; all are int64 but
    those of int32 (indices, priorities, trips, draws) and ``op_code`` (int8).

    * The horizon is in [1, 2^40). Calendar differences, failures, stock settings and checks are in [0, horizon), in
      order of (time, index), failures of (time, facility, server), and no two have the same. Arrivals are not before 0.
    * Every index is inside its table, also at ops that no vehicle reaches: facilities, stocks, services, controllers,
      alternatives, jumps of BRANCH and CHOOSE. ``op_slot`` is -1 or less than the number of facilities. The vehicles of
      a service are neighbours, and ``vehicle_service`` agrees. Keys are unique; trips are at least 1.
    * From every entry, every path goes forward and ends at an END before the end of the table. Along a path a HOLD
      takes a slot and a facility that the vehicle does not keep, a FREE gives up what it keeps with the same slot, and
      nothing is kept at END. Wherever paths meet, the same servers are kept. A CHOOSE has an alternative.
    * The draws of an op are inside ``draws``, which are in [0, 2^31), up to the last trip of the last vehicle; those of
      a BRANCH, from the first to the last that it may use, are 0 or 1.
    * Stocks begin, and are set, between 0 and their capacity, which is in [0, 2^62]; an amount is in [1, capacity].
    * Servers at second 0 are at least 0. The roster, always, and the number of a failing server are below 2^31 (the
      roster may fall below 0, which counts as none), headways and repairs below 2^40, mean times below 2^29, biases
      between -2^60 and 2^60, and a list of watched or counted facilities is shorter than 2^20. So integers of 64 bits
      suffice for the rule of choice.
    * Of a controller ``below`` is at most ``above``; both are in [0, 2^31), its least length in [0, 2^40). A service is
      counted once.

    An engine may refuse a plan that is too large for it, in words and before it runs; it never runs part of one.
"""

from __future__ import annotations

from typing import Final

END: Final = 0
TRAVEL: Final = 1
SERVE: Final = 2
HOLD: Final = 3
PASS: Final = 4
FREE: Final = 5
DRAW: Final = 6
RETURN: Final = 7
BRANCH: Final = 8
CHOOSE: Final = 9
MARK: Final = 10

STEP_NAMES: Final = (
    "end",
    "travel",
    "serve",
    "hold",
    "pass",
    "free",
    "draw",
    "return",
    "branch",
    "choose",
    "mark",
)
"""Step names as used in ``data/`` and in the trace, by code."""

AT_FACILITY: Final = frozenset({SERVE, HOLD, PASS})
AT_STOCK: Final = frozenset({DRAW, RETURN})
TIMED: Final = frozenset({TRAVEL, SERVE, HOLD, PASS})
RECORDED: Final = frozenset({TRAVEL, SERVE, HOLD, PASS, DRAW, RETURN, MARK})

DONE: Final = 0
WAITING: Final = 1
IN_SERVICE: Final = 2
HELD: Final = 3
OUTCOMES: Final = ("done", "waiting", "in service", "held")
"""How a row stood at the horizon: over; in a queue; work under way; work done, server still kept."""

NOT_YET: Final = -1
NEVER_S: Final = 2**40
"""The longest expected delay at a facility, and that of one that does not open again before the horizon."""
UNLIMITED: Final = 2**62
"""Capacity of a stock without a limit."""
