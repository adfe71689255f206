"""Drivers whose machines want TLS, in a process of their own: the till's has none of it.

`near` is the till's end of two pipes, `__main__` the child, which holds the dialogues. What a child
knows ends with it: one that dies in the middle of an order leaves its outcome unknown, as a line
that is lost does, and the next one is asked what became of it.
"""
