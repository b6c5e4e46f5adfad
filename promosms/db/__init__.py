"""The database for every layer: transactions, row security, statements for both kinds."""
