"""The rules of text messages: no web, no database, no network."""
