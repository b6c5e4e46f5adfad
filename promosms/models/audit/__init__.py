"""What is stored of audit."""
