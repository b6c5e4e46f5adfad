"""Webhooks: where programs of an account are told what has happened."""
