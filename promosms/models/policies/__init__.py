"""What is stored of policies."""
