"""The byte scanner, as the tests use it."""

from promosms.privacy_scan.encodings import encodings, hashed, numbers
from promosms.privacy_scan.scanner import Hit, Scanner

__all__ = ["Hit", "Scanner", "encodings", "hashed", "numbers"]
