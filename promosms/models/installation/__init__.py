"""What is stored of installation."""
