"""Card terminals as makers build them: the far ends of `pos_driver_payments`, with a bank's book.

They are written from the protocols' sources, and share no line with the drivers.
"""
