"""The endpoints of the API, a file for each thing, and the pages about it."""
