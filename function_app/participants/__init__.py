"""Participants: the people of a session, their join tokens, and what is known of their presence."""
