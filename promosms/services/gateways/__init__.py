"""Gateways and routes: settings, health, workers, webhooks."""
