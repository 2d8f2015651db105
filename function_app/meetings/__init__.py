"""Meetings: the durable things that tenants create, the events about them, and the links that let people in."""
