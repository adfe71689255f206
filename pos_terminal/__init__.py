"""Point-of-sale firmware: sells by keys and scanner, over a journal that loses nothing."""

__version__ = "0.1.0"
