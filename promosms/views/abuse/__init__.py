"""Pages of abuse."""
