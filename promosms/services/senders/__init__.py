"""Senders: names that customers ask for, what admins decide, and who stands on top of a text."""
