"""Sign-up forms: people get on a list by a form and a code, or by a text with a word."""
