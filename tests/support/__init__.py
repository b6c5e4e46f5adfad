"""What tests need beside themselves."""
