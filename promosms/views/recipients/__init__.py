"""Pages of recipients."""
