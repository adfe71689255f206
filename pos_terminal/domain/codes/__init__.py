"""What barcodes say: goods, the till's own papers and commands."""
