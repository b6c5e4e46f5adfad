"""Automatic answers: what goes back by itself to people who write, and when."""
