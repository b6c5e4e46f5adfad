"""E-mails: the outbox, and notes to admins and owners."""
