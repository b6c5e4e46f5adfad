"""Help: short pages for shop owners, and the search in them."""
