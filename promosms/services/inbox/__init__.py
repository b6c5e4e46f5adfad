"""What gateways tell us: receipts and replies, stored first and applied afterwards."""
