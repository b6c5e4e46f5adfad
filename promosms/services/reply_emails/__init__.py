"""E-mails about replies: at once or once a day, as the owner of an account has chosen."""
