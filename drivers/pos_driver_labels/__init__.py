"""Label printers: ZPL (Zebra and others), and Brother's QL rasters."""
