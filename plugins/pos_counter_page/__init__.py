"""The counter in a browser: a whole till at simulated wires, on one page."""
