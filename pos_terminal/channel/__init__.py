"""The till's socket: Varlink, the interface that is spoken on it, both ends of it."""
