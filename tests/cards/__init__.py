"""Payments by card, against a Stripe that keeps its own books."""
