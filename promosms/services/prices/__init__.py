"""Prices: what one part costs an account, and how admins keep the lists."""
