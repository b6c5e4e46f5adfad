"""The SMPP 3.4 client: codec, session, texts on their way out, receipts and replies."""
