"""What is stored of recipients."""
