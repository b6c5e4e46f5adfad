"""`promosms up`: everything that an installation needs, on one machine, in one command."""
