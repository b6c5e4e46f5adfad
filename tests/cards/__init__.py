"""Payments by card, tested against a stateful fake of Stripe."""
