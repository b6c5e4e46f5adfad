"""What is stored of abuse."""
