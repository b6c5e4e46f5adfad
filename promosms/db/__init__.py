"""What every layer needs of the database: transactions, row security, statements for both kinds."""
