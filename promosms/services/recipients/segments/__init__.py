"""Segments: saved filters of recipients."""
