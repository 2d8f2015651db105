"""Schedules: when a meeting is held, by the clock of its own time zone, and when people may come in."""
