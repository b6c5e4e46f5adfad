"""The programming interface: keys, requests that came with a key of their own, texts."""
