"""Congestion control on a simulated path."""
