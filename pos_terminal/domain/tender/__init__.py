"""Means of payment."""
