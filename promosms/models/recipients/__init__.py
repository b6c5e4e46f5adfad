"""Tables of recipients."""
