"""What is known of persons apart from the journal: sealed one by one; the clerks."""
