"""What machines read of the catalog: frozen records, the change feed, and pure writers over them."""
