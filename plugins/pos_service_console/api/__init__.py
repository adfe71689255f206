"""The local API: HTTP and WebSocket for programs in the shop's network (docs/api.md)."""
