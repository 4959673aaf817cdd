"""Own records: logs of gates, stations and yards, read by a map, cleaned, and made to visits.

A *record* is a row as it came; a *visit* is one vehicle at one step of its itinerary. Nothing here needs a simulation.
"""
