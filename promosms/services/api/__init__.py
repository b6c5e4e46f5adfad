"""The programming interface: keys, requests that are done once, texts of programs."""
