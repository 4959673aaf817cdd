"""From a Corridor to a Plan: programs, service centres, arrivals and variates as integer arrays."""
