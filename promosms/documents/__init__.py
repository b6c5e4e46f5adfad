"""Invoices as documents: their content, their VAT, and the files rendered from them."""
