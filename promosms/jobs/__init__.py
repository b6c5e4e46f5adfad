"""What a worker runs. Jobs carry ids only and may run twice or be killed at any point."""
