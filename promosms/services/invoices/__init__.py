"""Invoices and credit notes, who issues them and for whom."""
