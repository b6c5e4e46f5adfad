"""What may be typed in: a file per blueprint."""
