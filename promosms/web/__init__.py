"""What every page obeys: who may see it, HTTPS, headers, cookies."""
