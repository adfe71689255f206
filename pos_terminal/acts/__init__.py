"""What writes a record at a command: one function each, for a till that runs and one that rests."""
