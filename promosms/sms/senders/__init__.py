"""Senders: how a name is written, in which countries it works, and whose names are protected."""
