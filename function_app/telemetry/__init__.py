"""What can be seen of the control plane from outside: its log, and the traces that requests are part of."""
