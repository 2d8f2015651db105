"""What the control plane's requests cost, on the platform as `make run` starts it (docs/benchmarks.md)."""
