"""Real servers from wheels, and Tessera's own processes: for the demo, tests and benchmarks."""
