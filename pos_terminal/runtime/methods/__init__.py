"""What a running till answers on its socket: one module a group of methods."""
