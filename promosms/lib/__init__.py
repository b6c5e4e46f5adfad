"""Small tools without a domain: they know nothing of texts, money or people."""
