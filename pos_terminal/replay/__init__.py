"""Recorded sales, sold again: through the drivers of production, from the far ends of the wires."""
