"""What is stored of gateways."""
