"""Webhooks: programs of an account are told what happens, each by its own address."""
