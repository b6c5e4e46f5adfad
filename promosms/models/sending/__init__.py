"""What is stored of sending."""
