"""Signing up and in: passwords, sessions, two-factor, changes of address and number."""
