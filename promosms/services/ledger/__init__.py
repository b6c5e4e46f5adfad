"""The ledger: every movement of money, the statement, and the audit of both."""
