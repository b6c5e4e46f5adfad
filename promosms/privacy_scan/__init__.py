"""The byte scan: proof that after an erasure nothing is left in any store."""
