"""Webhooks: the worker that delivers, its HTTP client, and what wakes it."""
