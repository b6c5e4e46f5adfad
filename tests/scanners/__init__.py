"""Scanners by others: of the code, of the dependencies. `python -m tests.scanners`."""
