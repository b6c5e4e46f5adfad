"""What a new installation begins with, and what is done once a night."""
