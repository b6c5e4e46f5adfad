"""Bulk actions: the same for many recipients at once."""
