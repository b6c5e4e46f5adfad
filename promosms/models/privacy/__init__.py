"""What is stored of privacy."""
