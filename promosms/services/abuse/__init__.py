"""Limits against programs that make us send texts, and the proof of work."""
