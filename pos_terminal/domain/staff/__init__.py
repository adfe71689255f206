"""Who may stand at the till."""
