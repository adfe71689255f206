"""Keys, key maps, and keys as barcodes."""
