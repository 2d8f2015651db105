"""Durable events: what happened in meetings, counted, kept with the change itself, and shown as CloudEvents."""
