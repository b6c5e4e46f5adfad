"""Templates: texts that an account keeps to begin campaigns with, and ready ones for its trade."""
