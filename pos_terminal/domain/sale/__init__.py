"""The rules of one sale."""
