"""The demo account: invented people, campaigns of the past, a top-up."""
