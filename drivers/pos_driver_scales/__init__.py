"""Scales on a serial line or on USB: a plug-in for each protocol, in a module of its name.

`legal` turns bytes into weights and asks for them; it does no I/O, and has a version and a checksum
of its own. `asked` carries its questions over a line, and `detect` finds out which of them a scale
understands.
"""
