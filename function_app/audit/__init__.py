"""The audit log: who did what on behalf of a tenant."""
