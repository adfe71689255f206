"""What a key, a scan or a weight makes of the sale at hand."""
