"""What runs without a request: the timers and the change feeds. Thin: they parse, and hand over to a service."""
