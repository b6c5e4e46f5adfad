"""The supervisor (`promosms up`): runs everything that an installation needs on one machine."""
