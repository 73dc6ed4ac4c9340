"""The data engine beside others, in one run: `python benchmarks/bench_engine.py` says what and how."""
