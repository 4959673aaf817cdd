"""Choice of a programme of works: which, opened in which year, under a budget, in three futures.

====================  =========================================================================================
:mod:`.search`        sets of works at one port that may be best, on a value that is given
:mod:`.frontier`      the best choice over all ports within each budget
:mod:`.openings`      the best opening years of a chosen set
:mod:`.regret`        regret over futures; works to build whatever happens
====================  =========================================================================================
"""
