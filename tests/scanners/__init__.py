"""External scanners of the code and the dependencies. `python -m tests.scanners`."""
