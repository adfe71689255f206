"""Who may sign on: the clerks' file, and what is kept of a PIN."""
