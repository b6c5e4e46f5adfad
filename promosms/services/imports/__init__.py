"""Imports: from a file or a paste to recipients."""
