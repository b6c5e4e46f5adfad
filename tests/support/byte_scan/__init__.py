"""The byte scan: proof that after an erasure nothing is left in any store.

`python -m tests.support.byte_scan` runs it on an installation that it throws away.
"""

from tests.support.byte_scan.encodings import encodings, hashed, numbers
from tests.support.byte_scan.scanner import Hit, Scanner
from tests.support.byte_scan.stores import database_files

__all__ = ["Hit", "Scanner", "database_files", "encodings", "hashed", "numbers"]
