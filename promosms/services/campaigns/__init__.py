"""Campaigns: drafts, cost, audience, launch and preparation."""
