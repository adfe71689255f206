"""Days, months and years: what they add up to, and how they are closed."""
