"""Erasure, retention and export of what accounts collect."""
