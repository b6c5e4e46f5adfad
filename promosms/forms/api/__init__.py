"""What programs send to the API, and what they get: models that are checked and documented."""
