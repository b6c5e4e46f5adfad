"""What is stored of imports."""
