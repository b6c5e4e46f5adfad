"""Invoices as documents: what stands on them, the tax they bear, and the files made from that."""
