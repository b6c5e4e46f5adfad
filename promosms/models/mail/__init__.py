"""What is stored of mail."""
