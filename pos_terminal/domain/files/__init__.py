"""Files that shopkeepers write."""
