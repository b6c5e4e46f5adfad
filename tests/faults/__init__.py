"""Fault injection: processes are killed and stores are emptied while a campaign runs.

The long version: `python -m tests.faults --help`.
"""
