"""Attendance: a meeting's sessions, live and past, who was there, from when to when, and why they left."""
