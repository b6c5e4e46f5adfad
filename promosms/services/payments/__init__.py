"""Top-ups, and how they are paid: by transfer or by card."""
