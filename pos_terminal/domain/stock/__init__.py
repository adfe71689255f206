"""Goods that move."""
