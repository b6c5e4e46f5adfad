"""Sending: claim, submit and record messages, and find what was forgotten."""
