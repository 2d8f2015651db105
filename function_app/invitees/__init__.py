"""Invitees: whom a tenant invites to a meeting, how they can be reached, and the links that let them in."""
