"""What is stored of auth."""
