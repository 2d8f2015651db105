"""Measurements: congestion control on a simulated path, and Parley's node beside Janus and the limit of the machine."""
