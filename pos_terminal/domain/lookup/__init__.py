"""What the past adds up to, and what can be asked of it."""
