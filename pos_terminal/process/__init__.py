"""What each program of the terminal needs of its process: service manager, what is installed."""
