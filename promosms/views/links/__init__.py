"""Pages behind the links in texts."""
