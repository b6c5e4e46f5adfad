"""Workbooks that are too long to be made while somebody waits: a worker makes them."""
