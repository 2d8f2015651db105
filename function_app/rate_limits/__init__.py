"""How often somebody may ask: token buckets that all instances of the control plane share."""
