"""What the workflow `chaos` needs besides its experiments (k8s/chaos)."""
