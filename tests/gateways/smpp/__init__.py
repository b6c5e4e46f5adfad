"""The SMPP client."""
