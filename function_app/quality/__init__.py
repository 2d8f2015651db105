"""Quality reports: how everybody's connection was in a meeting's sessions, and what may be wrong with it."""
