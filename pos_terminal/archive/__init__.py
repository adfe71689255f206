"""What leaves the journal for others: the archive, the accounting file, and tables."""
