"""Measures the terminal beside limits taken in the same run: `python -m bench`."""
