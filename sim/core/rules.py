"""The rules that every engine obeys: step codes, the order of an instant, and the rule of choice.

An engine takes a :class:`sim.core.plan.Plan` and returns a :class:`sim.core.trace.Trace`. Two engines that obey this
page return the same trace, row for row. It is written as prose first, because prose is what both are checked
against; the few functions here are the only code they share.

Time
    int64 seconds since the plan's epoch. Events with ``time < plan.horizon_s`` happen; nothing later does.

The order of an instant
    Every instant *t* has two phases, which alternate until nothing more happens at *t*:

    **Phase A, events of the system.** In any order (the handlers commute):
    vehicles arrive; timed work ends; a path's server frees itself when its headway is over; calendar
    differences are added to the servers of a facility; failures come; repairs end; stocks are set (daily
    quotas). A vehicle whose work ends, or that arrives, *advances*: it walks through its program until it
    reaches a step at which it must wait or spend time (see "Steps"). A TRAVEL or timed step of length zero is
    finished in the same instant.

    **Phase B, allocation.**
    1. Choosers (vehicles at a CHOOSE step) are taken in ascending vehicle key, one at a time; each
       looks at the queues as they are now, picks an alternative (see "Choice") and advances at once. A chooser
       that meets a second CHOOSE joins the choosers again.
    2. Each facility, in index order: failures that can begin their repair do so (see "Breakdowns"); then,
       while ``free > 0`` and its queue is not empty, serve the first by (priority, queued at, vehicle key).
       Queues at different facilities do not interact within this step.
    3. Each stock, in index order, to a fixpoint: the first of its return queue goes if ``level + amount <=
       capacity``; then the first of its draw queue goes if ``level >= amount``; again while either moved. Both
       queues are ordered by (priority, queued at, vehicle key), and no vehicle overtakes the first.

    A vehicle with a grant in phase B advances in the next phase A, at the same instant if the granted work has
    no duration.

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

    Jumps only go forward. At END of a fleet vehicle with trips left (``trip + 1 < vehicle_trips``) and before
    ``vehicle_until_s``, the next trip starts at the same instant at ``service_entry``; otherwise the vehicle
    leaves. A vehicle holds nothing at END.

Trace rows
    One row per vehicle, trip and recorded step: ``queued_s`` (reached the step), ``started_s`` (granted; equals
    queued for TRAVEL and MARK), ``finished_s`` (work done), ``departed_s`` (server given up: equals finished
    except for HOLD, where it is the FREE). The time of an event after the horizon is -1. Outcome: see
    ``OUTCOMES``. DRAW, RETURN and MARK have no duration: started = finished = departed. Beside the rows there is, for
    each failure, the second in which its repair began.

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
