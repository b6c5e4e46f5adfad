"""Our SMPP client against an SMSC that others have written."""
