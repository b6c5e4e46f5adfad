"""What is stored of campaigns."""
