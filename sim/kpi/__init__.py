"""Tables of one run: key figures, waiting, facilities, bottlenecks and frames for the replay."""
