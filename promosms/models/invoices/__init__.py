"""What is stored of invoices."""
