"""What is recorded: every kind of event, by what it is about."""
