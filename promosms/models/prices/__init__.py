"""What is stored of prices."""
