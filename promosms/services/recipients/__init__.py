"""Recipients: add, change, list, search, export; consent and opt-outs."""
