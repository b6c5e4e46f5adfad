"""Tables of senders."""
