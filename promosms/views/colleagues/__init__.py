"""Pages about the people who sign in to one account."""
