"""Accounts: suspend, adjust, trial, guests, preferences."""
