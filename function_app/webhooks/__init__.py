"""Webhooks: tells tenants' own servers of events, at least once and in order, however long those servers are away."""
