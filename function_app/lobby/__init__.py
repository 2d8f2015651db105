"""The lobby: who waits to be let into a session, and those who moderate letting them in or not."""
