"""What stands on two lines of twenty characters."""
