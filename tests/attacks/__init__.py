"""The attacks on the evidence, as a table: `python -m tests.attacks` carries all of them out."""
