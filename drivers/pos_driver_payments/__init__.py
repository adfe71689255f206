"""Payment terminals: Caisse-AP over IP, Concert E+, ZVT. Each protocol is a plug-in of its own."""
