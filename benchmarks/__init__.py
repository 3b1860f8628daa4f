"""Measurements against peers, each on one machine in one run. `python -m benchmarks.<name>` runs one."""
