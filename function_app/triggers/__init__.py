"""What runs without a request: the timer and the change feed. Thin: they parse, and hand over to a service."""
