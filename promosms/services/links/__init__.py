"""Short links in the texts of campaigns: their codes, and who opens them."""
