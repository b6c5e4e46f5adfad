"""What every address of the programming interface obeys: keys, limits, JSON, problems, OpenAPI."""

PREFIX = "/api/v1"
EVERY = "/api/"
"""How the addresses of all programming interfaces begin."""
