"""Stand-ins for the Azure services on a laptop, and the one command that runs the whole platform. Never deployed."""
